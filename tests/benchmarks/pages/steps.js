// Times steps through a run in JupyterLab: from the key on a slider until the picture has changed.

window.nextFrame = () => new Promise(requestAnimationFrame);
window.rest = ms => new Promise(done => setTimeout(done, ms));

/** A small copy of a canvas as text: another one when points have moved. */
window.fingerprint = canvas => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [160, 120];
  const g = copy.getContext("2d", {willReadFrequently: true});
  g.drawImage(canvas, 0, 0, 160, 120);
  return String.fromCharCode(...g.getImageData(0, 0, 160, 120).data.filter((_, i) => i % 4 !== 3));
};

/** An arrow key on an ipywidgets slider; `changed` resolves when the picture has. */
window.steps = async (repeats, handle, changed) => {
  const took = [];
  for (let k = -2; k < repeats; k++) {
    await rest(150);
    const done = changed(), begun = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, cancelable: true}));
    await done;
    if (k >= 0) took.push(performance.now() - begun);
  }
  return took;
};

window.plotlySteps = repeats => {
  const figure = document.querySelector(".js-plotly-plot");
  return steps(repeats, document.querySelector(".steps-plotly .noUi-handle"),
    () => new Promise(done => figure.once("plotly_afterplot", done)));
};

window.jscatterSteps = repeats => {
  const canvases = [...document.querySelectorAll(".steps-jscatter ~ *, .steps-jscatter")].flatMap(el => [...el.querySelectorAll("canvas")]);
  const canvas = canvases.sort((a, b) => b.width - a.width)[0];
  return steps(repeats, document.querySelector(".steps-jscatter .noUi-handle"), async () => {
    const before = fingerprint(canvas);
    while (fingerprint(canvas) === before) await nextFrame();
  });
};

window.ourSteps = repeats => {
  const slider = document.querySelector(".zx-slider"), canvas = document.querySelector(".zx-points");
  const key = {dispatchEvent() {
    slider.value = Number(slider.value) + 1;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  }};
  return steps(repeats, key, async () => {
    const before = fingerprint(canvas);
    while (fingerprint(canvas) === before) await nextFrame();
  });
};
