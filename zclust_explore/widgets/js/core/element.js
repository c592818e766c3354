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
  lasso: "M8 3C4.700 3 2.500 4.600 2.500 6.800S4.700 10.500 8 10.500s5.500-1.500 5.500-3.700S11.300 3 8 3M6 10.300c-2 .5-2.300 2.700-.5 2.900",
  box: "M3 4h10v8H3z", pan: "M8 2.500v11M2.500 8h11M6.500 4L8 2.500 9.500 4M6.500 12L8 13.500 9.500 12M4 6.500L2.500 8 4 9.500M12 6.500L13.500 8 12 9.500",
  loop: "M3.500 9A4.500 4.500 0 0 0 12 10.500M12.500 7A4.500 4.500 0 0 0 4 5.500M12 13.200v-2.700H9.300M4 2.800v2.700h2.700",
  brush: "M13 3L7.500 8.500M6.500 8C4.500 8 4.200 10 3.800 11.300 3.500 12.200 3 12.600 2.500 12.800 5.500 13.600 8.500 12.500 8.300 9.900M6.500 8l1.800 1.900",
  invert: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 1 0 0-11M8 2.500v11M8 5h4.500M8 8h5.500M8 11h4.500", none: "M3 4h2M7 4h2M11 4h2v2M13 9v3h-2M9 12H7M5 12H3v-2M3 7V6M6.500 6.500l3 3M9.500 6.500l-3 3",
  save: "M8 2.500v7.500M5 7.500l3 3 3-3M3 11v2.500h10V11",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 1 0 0-8M10 10l3.500 3.500",
  close: "M4 4l8 8M12 4l-8 8", help: "M6 6.200C6 4.900 6.900 4 8 4s2 .9 2 2c0 1.400-2 1.600-2 3.200M8 11.600v.4",
};

/** A small line drawing that takes the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true"}))
    svg.setAttribute(key, value);
  const path = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("class", name === "play" ? "zx-solid" : "zx-stroke");
  return svg;
}

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
