// Making DOM elements in one expression.

/**
 * An element with attributes and children.
 * @param {string} tag "div", or "button.zx-icon" with classes
 * @param {Object<string, any>} attributes functions become listeners ("onclick"); undefined and false are left out
 * @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const PATHS = {
  play: "M5 3.5v9l7.5-4.5z", pause: "M4.5 3.5v9M11.5 3.5v9", reset: "M3 6V3h3M13 6V3h-3M3 10v3h3M13 10v3h-3",
  lasso: "M8 3C4.7 3 2.5 4.6 2.5 6.8S4.7 10.5 8 10.5s5.5-1.5 5.5-3.7S11.3 3 8 3M6 10.300c-2 .5-2.3 2.7-.5 2.9",
  box: "M3 4h10v8H3z", pan: "M8 2.5v11M2.5 8h11M6.5 4L8 2.5 9.5 4M6.5 12L8 13.5 9.5 12M4 6.5L2.5 8 4 9.5M12 6.5L13.5 8 12 9.5",
  loop: "M3.5 9A4.5 4.5 0 0 0 12 10.5M12.5 7A4.5 4.5 0 0 0 4 5.5M12 13.2v-2.7H9.3M4 2.8v2.7h2.7",
  brush: "M13 3L7.5 8.5M6.5 8C4.5 8 4.2 10 3.8 11.3 3.5 12.2 3 12.6 2.5 12.8 5.5 13.6 8.5 12.5 8.3 9.9M6.5 8l1.8 1.9",
  invert: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M8 2.5v11M8 5h4.5M8 8h5.5M8 11h4.5", none: "M3 4h2M7 4h2M11 4h2v2M13 9v3h-2M9 12H7M5 12H3v-2M3 7V6M6.5 6.5l3 3M9.5 6.5l-3 3",
  save: "M8 2.5v7.5M5 7.5l3 3 3-3M3 11v2.5h10V11",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 1 0 0-8M10 10l3.5 3.5",
  close: "M4 4l8 8M12 4l-8 8", help: "M6 6.2C6 4.9 6.9 4 8 4s2 .9 2 2c0 1.4-2 1.6-2 3.2M8 11.6v.4",
};

/** A small line drawing that takes the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true"}))
    svg.setAttribute(key, value);
  const path = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("class", name === "play" ? "zx-solid" : "zx-stroke");
  return svg;
}

/** Where the text drawn next lies from its place: beside it, and above or below. */
export function anchor(context, textAlign, textBaseline) { Object.assign(context, {textAlign, textBaseline}); }

/** A canvas with as many pixels as the screen has; returns its 2-D context, scaled so that one unit is one CSS pixel. */
export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  // a canvas that keeps its size keeps these too
  [context.textAlign, context.textBaseline, context.globalAlpha] = ["left", "alphabetic", 1];
  return context;
}

/** Elements from nested lists [tag, attributes, ...children], as Python sends them; a string is text. */
export function tree(node) { return typeof node === "string" ? node : element(node[0], node[1], ...node.slice(2).map(tree)); }

/** Show whether a button is down. */
export function pressed(button, on) { button.setAttribute("aria-pressed", String(on)); }

/** Draw within an area of a canvas, from its corner on, until `restore`. */
export function within(g, {left, top, width, height}) {
  g.save();
  g.beginPath();
  g.rect(left, top, width, height);
  g.clip();
  g.translate(left, top);
}
