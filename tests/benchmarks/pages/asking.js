// Times what the explorer asks Python for, in JupyterLab: from the gesture until the answer is on the screen. After steps.js.

const one = selector => document.querySelector(selector);

/** Milliseconds until something is so, looked at before every frame; an error after a minute. */
window.until = async (isSo, begun = performance.now()) => {
  while (!isSo()) {
    if (performance.now() - begun > 60_000) throw new Error(`never so: ${isSo}`);
    await nextFrame();
  }
  return performance.now() - begun;
};

/** Run a cell and wait until so many maps are painted. */
window.shown = async (cell, maps) => {
  const {commands, shell} = window.jupyterapp, begun = performance.now();
  shell.currentWidget.content.activeCellIndex = cell;
  commands.execute("notebook:run-cell");
  return until(() => document.querySelectorAll(".zx-map[data-painted=true]").length === maps, begun);
};

function point(type, x, y, more = {}) {
  const surface = one(".zx-surface"), box = surface.getBoundingClientRect();
  const where = {clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true, pointerId: 1, ...more};
  surface.dispatchEvent(new PointerEvent(type, where));
}

/** Hover over windows here and there, twice: the first time their spectrograms have to be fetched. */
window.hovering = async repeats => {
  const found = {fetched: [], kept: []};
  for (const times of Object.values(found)) for (let k = 0; k < repeats; k++) {
    const r = 0.05 + 0.3 * k / repeats;
    one(".zx-card").hidden = true;
    const begun = performance.now();
    point("pointermove", 0.5 + r * Math.cos(2.4 * k), 0.5 + r * Math.sin(2.4 * k));
    const ms = await until(() => one(".zx-card").hidden || one(".zx-card .zx-thumb canvas"), begun);
    if (!one(".zx-card").hidden) times.push(ms); // else there is no window
    await rest(100);
  }
  return found;
};

/** A lasso around everything; until 96 spectrograms are drawn in a gallery that is as high as they need. */
window.firstTiles = async () => {
  one(".zx-surface").setPointerCapture = () => {};
  one(".zx-scroll").style.cssText += "flex: none; height: 6000px";
  await rest(1000);
  point("pointerdown", 0.01, 0.01, {button: 0});
  for (const [x, y] of [[0.99, 0.01], [0.99, 0.99], [0.01, 0.99]]) point("pointermove", x, y);
  const begun = performance.now();
  point("pointerup", 0.01, 0.99);
  return until(() => document.querySelectorAll(".zx-tile[data-painted=true]").length >= 96, begun);
};

/** Scroll through the gallery, until its end. */
window.leafing = async stops => {
  const scroll = one(".zx-scroll");
  scroll.style.cssText = "";
  let most = 0;
  for (let k = 0; k < stops; k++) {
    scroll.scrollTop = scroll.scrollHeight * k / stops;
    await rest(60);
    most = Math.max(most, one(".zx-sheet").querySelectorAll("*").length);
  }
  return most;
};

window.cards = async () => {
  one("[data-view=cards]").click();
  const ms = await until(() => one(".zx-cards[data-painted=true]"));
  one("[data-view=windows]").click();
  return ms;
};

/** Hold the selection still and let it go; until the map is drawn. */
window.held = async repeats => {
  const times = [], g = one(".zx-points").getContext("2d");
  for (let k = 0; k < 2 * repeats; k++) {
    await rest(400);
    const begun = performance.now();
    one(".zx-hold").click();
    await nextFrame();
    g.getImageData(0, 0, 1, 1);
    if (k % 2 === 0) times.push(performance.now() - begun);
  }
  return times;
};
