// The map as a PNG, at twice its size on screen and in the colours of its theme, with its legend; made in the page.

import {PointRaster} from "./core/raster.js";

const SCALE = 2, PAD = 6;

/**
 * @param {{stage: HTMLElement, legend: HTMLElement, theme: Theme, area: object}} map
 * @param {function(PointRaster)} points paints the points
 * @param {function(CanvasRenderingContext2D)} over paints what lies over them
 */
export function saveImage(name, {stage, legend, theme, area}, points, over) {
  const width = stage.clientWidth + 2 * PAD, top = legend.offsetHeight + 2 * PAD, height = top + stage.clientHeight + PAD;
  const canvas = document.createElement("canvas"), g = canvas.getContext("2d");
  [canvas.width, canvas.height] = [SCALE * width, SCALE * height];
  g.scale(SCALE, SCALE);
  g.fillStyle = theme.css("bg");
  g.fillRect(0, 0, width, height);
  g.translate(PAD, PAD);
  words(g, legend);
  g.translate(0, top - PAD);
  const raster = new PointRaster(document.createElement("canvas"));
  raster.resize(area.width, area.height, SCALE);
  points(raster);
  g.drawImage(raster.canvas, area.left, area.top, area.width, area.height);
  over(g);
  canvas.toBlob(blob => {
    const href = URL.createObjectURL(blob), link = document.createElement("a");
    Object.assign(link, {href, download: `${name}.png`});
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 10000); // the browser may not have begun to read it yet
  });
}

/** A legend as it stands in the page: dots, scales and words where they are. */
function words(g, legend) {
  const home = legend.getBoundingClientRect(), range = document.createRange();
  const walk = document.createTreeWalker(legend, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.nodeType === Node.TEXT_NODE, owner = text ? node.parentElement : node, style = getComputedStyle(owner);
    range.selectNode(node);
    const {left, top, width, height} = range.getBoundingClientRect(), x = left - home.left, y = top - home.top;
    if (!width || style.visibility === "hidden" || owner.closest(".zx-text")) continue;
    g.globalAlpha = owner.closest(".zx-off") ? 0.4 : 1;
    if (text) {
      Object.assign(g, {fillStyle: style.color, font: `${style.fontSize} ${style.fontFamily}`, textBaseline: "middle"});
      g.fillText(node.data, x, y + height / 2);
    } else if (node.tagName === "CANVAS") g.drawImage(node, x, y, width, height);
    else if (node.matches(".zx-swatch")) {
      g.fillStyle = style.backgroundColor;
      g.beginPath();
      g.arc(x + width / 2, y + height / 2, width / 2, 0, 2 * Math.PI);
      g.fill();
    }
  }
  g.globalAlpha = 1;
}
