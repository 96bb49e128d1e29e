// Spike rasters of a sample: time to the right, neurons upwards. The rasters share their time axis.

const spikeKinds = [
  {key: "both", style: "both", mark: "|", text: "in both"},
  {key: "reference", style: "reference", mark: "○", text: "reference only"},
  {key: "emulator", style: "emulator", mark: "×", text: "integers only"}];

// The samples that the page holds, one at a time, in two sections.
function drawSamples(samples, evaluation) {
  const spikes = section("Spikes", "Every spike of reference and integers. Drag to move, Ctrl + wheel or pinch to zoom. With a raster focused: arrows, " +
    "+ and −, 0 for all, n and p for the next and previous difference.", true);
  const parts = section("Where the runs part", "Membrane potential as it meets the threshold, before any reset, in the units of the model file; integers " +
    "divided by the scale of the neuron. Below: integers minus reference, on a scale that fits until the runs part, and how much would bring the " +
    "reference to its threshold (black).", true);
  const first = evaluation && evaluation.first_divergence;
  const title = s => "sample " + s.index + (s.label === undefined ? "" : ", class " + s.label) + (s.answer.reference === s.answer.emulator
    ? ", both answer " + s.answer.reference : ", reference answers " + s.answer.reference + ", integers " + s.answer.emulator) +
    (first && first.sample === s.index ? ", first difference" : "");
  let bodies;
  const show = k => {
    if (bodies) bodies.forEach(b => b.remove());
    bodies = [spikes.append("div"), parts.append("div")];
    drawRasters(bodies[0], samples[k]);
    drawTraces(bodies[1], samples[k]);
  };
  if (samples.length > 1) choice(spikes.append("div").attr("class", "controls"), "shown", samples.map(title), show);
  else spikes.append("p").text(title(samples[0]).replace("sample", "Sample") + ".");
  show(0);
}

function drawRasters(s, sample) {
  if (!sample.rasters.length) return;
  const shown = {both: true, reference: true, emulator: true}, time = axisView([sample.first_step, sample.last_step], 4);
  const rasters = sample.rasters.map(r => rasterOf(r, sample, time));
  const redraw = () => rasters.forEach(r => r.draw());
  const bar = s.append("div").attr("class", "controls");
  spikeKinds.forEach(kind => {
    const box = bar.append("label").attr("class", "toggle");
    box.append("input").attr("type", "checkbox").property("checked", true).attr("data-kind", kind.key)
      .on("change", function () { shown[kind.key] = this.checked; redraw(); });
    box.append("span").attr({class: "mark-" + kind.style, "aria-hidden": "true"}).text(" " + kind.mark + " ");
    box.append("span").text(kind.text);
  });
  const all = {x: time, y: null};
  const button = zoomButtons(bar, all, redraw);
  const status = s.append("p").attr({class: "status", role: "status"});
  const differences = sample.differences.filter(d => d.step >= sample.first_step && d.step < sample.last_step);
  let current = -1;
  const go = step => {
    if (!differences.length) return void status.text("No spike differs in this sample.");
    current = (current + step + differences.length) % differences.length;
    const d = differences[current], r = rasters.find(raster => raster.name === d.layer);
    setDomain(time, d.step + 0.5 - Math.min(12, sample.steps / 4), d.step + 0.5 + Math.min(12, sample.steps / 4));
    if (r) r.show(d);
    if (rasters.indexOf(r) >= most && more !== s) more.property("open", true);
    status.text("Difference " + (current + 1) + " of " + differences.length + ": step " + d.step + ", " + d.layer + ", neuron " + d.neuron +
      ": " + (d.reference > d.emulator ? "reference only" : "integers only") + (d.own ? ", the layer's own rounding" : ", inherited"));
    redraw();
  };
  if (differences.length) {
    button("◂ difference", "previous difference", () => go(current < 0 ? 0 : -1));
    button("difference ▸", "next difference", () => go(1));
  }
  const most = 7, more = rasters.length > most + 1 ? folded(s, whole(rasters.length - most) + " more layers") : s;
  rasters.forEach((r, k) => r.attach(k < most ? s : more, shown, redraw, status, {n: () => go(1), p: () => go(current < 0 ? 0 : -1)}));
  if (more !== s) s.node().appendChild(more.node());
  status.text(sample.differences_total === 0 ? "No spike differs in this sample." :
    whole(sample.differences_total) + (sample.differences_total === 1 ? " spike differs" : " spikes differ") + " in this sample.");
  differenceTable(s, sample);
  (sample.left_out || []).forEach(text => s.append("p").attr("class", "left-out").text("Left out: " + text + "."));
}

// The number that a row of the raster stands for, and the reverse (or undefined).
function neuronOf(raster, row) {
  return raster.shown ? raster.shown[row] : row;
}
function rowOf(raster, neuron) {
  if (!raster.shown) return neuron;
  const row = raster.shown.indexOf(neuron);
  return row < 0 ? undefined : row;
}

function rasterOf(raster, sample, time) {
  const rows = raster.shown ? raster.shown.length : raster.neurons, left = 44, right = 6, top = 6, bottom = 20;
  const height = Math.max(64, Math.min(raster.input ? 130 : 240, 8 * rows)) + top + bottom;
  const view = {x: time, y: axisView([0, rows], Math.min(rows, 4))};
  const self = {name: raster.input ? undefined : raster.name, marked: undefined};
  let canvas, width = 0, shown, context;
  const area = () => ({left: left, top: top, width: width - left - right, height: height - top - bottom});

  self.show = d => {
    const row = rowOf(raster, d.neuron);
    self.marked = d;
    if (row !== undefined) setDomain(view.y, row - 7.5, row + 8.5);
  };

  self.draw = () => {
    if (!context || width === 0) return;
    const ratio = window.devicePixelRatio || 1, a = area();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const x = d3.scale.linear().domain(view.x.domain).range([a.left, a.left + a.width]);
    const y = d3.scale.linear().domain(view.y.domain).range([a.top + a.height, a.top]);
    canvas.dataset.steps = view.x.domain.map(v => v.toFixed(3)).join(" ");
    canvas.dataset.neurons = view.y.domain.map(v => v.toFixed(3)).join(" ");
    drawAxes(context, a, x, y);
    context.save();
    context.beginPath();
    context.rect(a.left, a.top - 3, a.width + right, a.height + 6);
    context.clip();
    const cellWidth = x(1) - x(0), cellHeight = y(0) - y(1);
    canvas.dataset.drawn = spikeKinds.map(kind => (shown[kind.key] && raster[kind.key]
      ? drawKind(context, raster, kind, sample.first_step, rows, x, y, cellWidth, cellHeight) : 0)).join(" ");
    if (self.marked !== undefined) drawMarker(context, x(self.marked.step + 0.5), y(rowOf(raster, self.marked.neuron) + 0.5), cellWidth, cellHeight);
    context.restore();
  };

  const drawAxes = (c, a, x, y) => {
    c.clearRect(0, 0, width, height);
    c.strokeStyle = colour("rule");
    c.fillStyle = colour("ink");
    c.lineWidth = 1;
    c.font = "11px system-ui, sans-serif";
    c.strokeRect(a.left - 0.5, a.top - 0.5, a.width + 1, a.height + 1);
    c.textAlign = "center";
    x.ticks(Math.min(10, Math.max(2, a.width / 60))).filter(t => Number.isInteger(t) && t < view.x.domain[1]).forEach(t => {
      c.fillText(String(t), x(t + 0.5), a.top + a.height + 14);
    });
    c.textAlign = "right";
    y.ticks(Math.max(2, a.height / 40)).filter(r => Number.isInteger(r) && r < Math.min(rows, view.y.domain[1])).forEach(r => {
      c.fillText(String(neuronOf(raster, r)), a.left - 5, y(r + 0.5) + 4);
    });
  };

  self.attach = (s, toggles, changed, status, keys) => {
    shown = toggles;
    const title = raster.name + " · " + whole(raster.neurons) + (raster.input ? " inputs" : " neurons");
    const figure = s.append("figure").attr("class", "raster");
    const caption = figure.append("figcaption").text(title);
    if (!raster.input) {
      const differs = raster.reference.length + raster.emulator.length;
      caption.append("span").attr("class", "faint").text(differs ? " · " + whole(differs) + " differ" : " · all the same");
    }
    canvas = figure.append("canvas").attr({tabindex: 0, role: "application", "aria-roledescription": "spike raster",
      "aria-label": title + ", step to the right, neuron upwards. Arrows move, plus and minus zoom, n and p go to differences."}).node();
    context = canvas.getContext("2d");
    canvas.style.height = height + "px";
    makeZoomable(canvas, view, area, changed, keys);
    canvas.addEventListener("keydown", event => event.key === "Escape" && canvas.blur());
    canvas.addEventListener("pointermove", event => event.buttons === 0 && tell(event, status));
    responsive(canvas, w => { width = w; self.draw(); });
  };

  const tell = (event, status) => {
    const box = canvas.getBoundingClientRect(), a = area();
    const step = Math.floor(view.x.domain[0] + (event.clientX - box.left - a.left) / a.width * (view.x.domain[1] - view.x.domain[0]));
    const row = Math.floor(view.y.domain[1] - (event.clientY - box.top - a.top) / a.height * (view.y.domain[1] - view.y.domain[0]));
    if (row < 0 || row >= rows || step < sample.first_step || step >= sample.last_step) return;
    const cell = (step - sample.first_step) * rows + row, has = kind => raster[kind] && raster[kind].includes(cell);
    const what = has("reference") ? "reference only" : has("emulator") ? "integers only" : has("both") ? (raster.input ? "an event" : "a spike in both") : "silent";
    status.text("Step " + step + ", " + raster.name + ", neuron " + neuronOf(raster, row) + ": " + what);
  };
  return self;
}

// Returns how many lie in view.
function drawKind(c, raster, kind, firstStep, rows, x, y, cellWidth, cellHeight) {
  c.strokeStyle = colour(kind.style);
  const both = kind.key === "both", size = both ? Math.max(3, Math.min(9, 0.75 * cellHeight)) / 2
    : Math.max(raster[kind.key].length > 1000 ? 1.75 : 2.5, Math.min(5.5, 0.4 * Math.min(cellWidth, cellHeight)));
  c.lineWidth = both ? Math.max(1, Math.min(1.75, 0.3 * cellWidth)) : 1.75;
  c.beginPath();
  let count = 0;
  const cells = raster[kind.key], columns = x.domain();  // in the order of steps
  for (let k = d3.bisectLeft(cells, (Math.floor(columns[0]) - firstStep) * rows); k < cells.length; ++k) {
    const cell = cells[k];
    if (firstStep + cell / rows > columns[1]) break;
    const px = x(firstStep + Math.floor(cell / rows) + 0.5), py = y(cell % rows + 0.5);
    if (px < x.range()[0] || px > x.range()[1] || py > y.range()[0] || py < y.range()[1]) continue;
    ++count;
    if (both) {
      c.moveTo(px, py - size);
      c.lineTo(px, py + size);
    } else if (kind.key === "reference") {
      c.moveTo(px + size, py);
      c.arc(px, py, size, 0, 2 * Math.PI);
    } else {
      c.moveTo(px - size, py - size);
      c.lineTo(px + size, py + size);
      c.moveTo(px - size, py + size);
      c.lineTo(px + size, py - size);
    }
  }
  c.stroke();
  return count;
}

function drawMarker(c, px, py, cellWidth, cellHeight) {
  const w = Math.max(16, cellWidth + 6), h = Math.max(16, Math.min(28, cellHeight + 6));
  c.strokeStyle = colour("ink");
  c.lineWidth = 1.5;
  c.setLineDash([4, 3]);
  c.strokeRect(px - w / 2, py - h / 2, w, h);
  c.setLineDash([]);
}
