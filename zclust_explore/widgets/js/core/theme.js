// Colours of the page around the widget, as numbers, and word of it when they change.

const NAMES = ["bg", "fg", "muted", "line", "accent"];

/** Reads the theme's colours; `on` calls back whenever they are other ones. */
export class Theme {
  constructor(root, signal) {
    this.root = root;
    this.listeners = [];
    this.probe = root.appendChild(document.createElement("span"));
    this.probe.hidden = true;
    this.read();
    // JupyterLab writes its theme on the body; elsewhere the system decides. The new sheet may load after the name.
    const changed = () => { this.refresh(); later = setTimeout(() => this.refresh(), 300); };
    let later = 0;
    const observer = new MutationObserver(changed);
    // a widget is often built before it is in the page, where it has no colours yet
    const placed = new ResizeObserver(() => this.refresh());
    placed.observe(root);
    for (const node of [document.body, document.documentElement])
      observer.observe(node, {attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class", "style", "data-theme"]});
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, {signal});
    signal.addEventListener("abort", () => { observer.disconnect(); placed.disconnect(); clearTimeout(later); });
  }

  refresh() {
    const before = JSON.stringify(this.colours);
    this.read();
    if (JSON.stringify(this.colours) !== before) this.listeners.forEach(listener => listener());
  }

  read() {
    this.colours = {};
    for (const name of NAMES) {
      this.probe.style.color = `var(--zx-${name})`;
      this.colours[name] = getComputedStyle(this.probe).color;
    }
    const [r, g, b] = this.rgb("bg");
    this.dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    this.root.dataset.theme = this.dark ? "dark" : "light";
    this.font = `11px ${getComputedStyle(this.root).fontFamily}`;
  }

  on(listener) { this.listeners.push(listener); }

  /** A colour as CSS. */
  css(name) { return this.colours[name]; }

  /** A colour as three bytes. */
  rgb(name) { return (this.colours[name].match(/[\d.]+/g) ?? [128, 128, 128]).slice(0, 3).map(Number); }
}
