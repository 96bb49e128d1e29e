// Potentials of one neuron around the step in which the runs part, and the list of all spikes that differ.

function drawTraces(s, sample) {
  if (!sample.traces.length) return;
  if (!sample.differences_total && sample.traces.some(t => t.threshold !== undefined)) s.append("p").text("No spike differs in this sample: shown is where a neuron came closest to a difference.");
  const controls = s.append("div").attr("class", "controls");
  legend(s, [["reference", "━", "reference"], ["emulator", "╍", "integers"], ["both", "┈", "integers, fed with the reference's spikes"],
    ["ink", "─", "threshold"]].concat(sample.traces.some(t => t.bound) ? [["moment", "▮", "where the integers must be, given equal histories"]] : []).concat([
    ["reference", "○", "spike of the reference"], ["emulator", "×", "of the integers"]]));
  const finding = s.append("p").attr({class: "finding", "aria-live": "polite"});
  if (sample.spread) s.append("p").text(spreadText(sample.spread));
  const box = s.append("div"), numbers = folded(s, "the numbers");
  let shown = 0, view;
  const draw = width => traceChart(box, sample.traces[shown], view, width);
  const choose = k => {
    const t = sample.traces[shown = k];
    view = {x: axisView([t.first, t.first + t.reference.v.length], 4), y: null};
    finding.text(traceFinding(t));
    numbers.select(".scroll").remove();
    table(numbers, ["step", "reference v", "integers v", "fed with the reference's spikes", "reference", "integers"], t.reference.v.map((v, i) => [
      String(t.first + i), v, t.emulator.v[i], t.local.v[i], t.reference.spikes.includes(t.first + i) ? "spike" : "",
      t.emulator.spikes.includes(t.first + i) ? "spike" : ""]));
  };
  choose(0);
  choice(controls, "neuron", sample.traces.map(t => t.layer + ", neuron " + t.neuron + ", step " + t.step), k => {
    choose(k);
    attachTrace();
  });
  const changed = () => draw(box.node().clientWidth);
  zoomButtons(controls, {get x() { return view.x; }, y: null}, changed);
  const attachTrace = () => {
    box.selectAll("div").remove();
    const plot = box.append("div").attr({class: "plot", tabindex: 0, role: "application", "aria-roledescription": "line chart",
      "aria-label": "potential of the neuron over time; arrows move, plus and minus zoom; the numbers stand in a table below"}).node();
    makeZoomable(plot, view, () => ({left: 52, top: 0, width: plot.clientWidth - 60, height: 340}), changed);
    changed();
  };
  attachTrace();
  responsive(box.node(), draw);
}

// What the first difference brings about in its sample.
function spreadText(spread) {
  const texts = list => list.filter(l => l.spikes > 0).map(l => whole(l.spikes) + (l.spikes === 1 ? " spike of " : " spikes of ") + whole(l.neurons) +
    (l.neurons === 1 ? " neuron in " : " neurons in ") + l.name);
  const all = d3.sum(spread.in_sample, l => l.spikes), caused = texts(spread.because_of_it);
  return "The first difference in the sample, with all it brings about: " + caused.slice(0, 6).join(", ") + (caused.length > 6 ? " and more" : "") +
    ". In the whole sample " + whole(all) + (all === 1 ? " spike differs." : " spikes differ.");
}

function traceFinding(t) {
  const i = t.step - t.first, a = t.reference.v[i], b = t.emulator.v[i], spikes = (run, text) =>
    (run.spikes.includes(t.step) ? "spikes" : "is silent") + " at v = " + precise(text);
  if (t.threshold === undefined) return "A readout without spikes: step " + t.step + " has its largest error, v = " + precise(a) + " in the reference and " +
    precise(b) + " in integers.";
  const margin = Math.abs(a - t.threshold) / (Math.abs(t.threshold) || 1);
  const facts = "Step " + t.step + ", threshold " + precise(t.threshold) + ": the reference " + spikes(t.reference, a) +
    ", the integer neuron " + spikes(t.emulator, b) + ". The reference stands " + number(100 * margin) + " % of the threshold away from it. ";
  if (t.own === undefined) return facts + "This is where the layer comes closest to a difference; no spike differs.";
  return facts + (t.own ? "Fed with the reference's spikes it differs as well: this is the layer's own rounding."
    : "Fed with the reference's spikes it does not differ: the error comes from the layers before, or from its own spikes before.");
}

function traceChart(box, t, view, width) {
  const plot = box.select(".plot");
  if (plot.empty() || width <= 0) return;
  const margin = {left: 52, right: 8, top: 30, bottom: 34}, upper = 190, gap = 22, lower = 96;
  const w = width - margin.left - margin.right, height = margin.top + upper + gap + lower + margin.bottom;
  plot.selectAll("svg").remove();
  const svg = plot.append("svg").attr({width: width, height: height, "aria-hidden": "true"});
  svg.append("clipPath").attr("id", "trace-clip").append("rect").attr({x: 0, y: -margin.top, width: w, height: height});
  const g = svg.append("g").attr("transform", "translate(" + margin.left + "," + margin.top + ")");
  const x = d3.scale.linear().domain(view.x.domain).range([0, w]);
  const values = t.reference.v.concat(t.emulator.v, t.local.v, t.threshold === undefined ? [] : [t.threshold]);
  const y = d3.scale.linear().domain(d3.extent(values)).nice().range([upper, 0]);
  // The lower part shows how the error grew until the runs parted; what comes later is a whole spike off, and cut.
  const errors = t.reference.v.map((v, i) => t.emulator.v[i] - v), until = t.step - t.first, reach = t.threshold === undefined ? 0 : t.threshold - t.reference.v[until];
  const bounds = t.bound ? t.bound.low.map((low, i) => ({i: i, low: low - t.reference.v[i], high: t.bound.high[i] - t.reference.v[i],
    known: low !== null && t.bound.high[i] !== null})).filter(d => d.known) : [];
  const before = bounds.filter(d => d.i <= until);
  const most = 1.2 * d3.max((t.own === undefined ? errors : errors.slice(0, until + 1)).concat([reach], before.map(d => d.low), before.map(d => d.high)), Math.abs) || 1;
  const e = d3.scale.linear().domain([-most, most]).range([upper + gap + lower, upper + gap]).clamp(true);
  const at = i => x(t.first + i + 0.5);
  g.append("g").attr("class", "grid").selectAll("line").data(y.ticks(5)).enter().append("line").attr({x1: 0, x2: w, y1: y, y2: y});
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(5).tickFormat(v => (Math.abs(v) >= 1e4 ? d3.format("s")(v) : y.tickFormat(5)(v))));
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(e).orient("left").tickValues([-most / 1.2, 0, most / 1.2]).tickFormat(d => d3.format(".1g")(d)));
  const steps = x.ticks(Math.max(2, Math.min(12, w / 50))).filter(Number.isInteger);
  const ticks = g.append("g").attr("class", "steps").selectAll("text").data(steps.filter(s => s < view.x.domain[1])).enter();
  ticks.append("text").attr({x: s => x(s + 0.5), y: upper + gap + lower + 16, "text-anchor": "middle"}).text(String);
  g.append("text").attr({x: w, y: upper + gap + lower + 30, "text-anchor": "end"}).text("step");
  const inner = g.append("g").attr("clip-path", "url(#trace-clip)");
  inner.append("rect").attr({class: "moment", x: at(t.step - t.first) - Math.max(4, (x(1) - x(0)) / 2), width: Math.max(8, x(1) - x(0)), y: -margin.top,
    height: margin.top + upper + gap + lower});
  if (t.threshold !== undefined) inner.append("line").attr({class: "threshold", x1: 0, x2: w, y1: y(t.threshold), y2: y(t.threshold)});
  const line = d3.svg.line().x((v, i) => at(i)).y(y);
  ["local", "reference", "emulator"].forEach(run => {
    inner.append("path").attr("class", "trace " + run).attr("d", line(t[run].v));
    if (x(1) - x(0) > 14 && run !== "local")
      inner.append("g").selectAll("circle").data(t[run].v).enter().append("circle").attr({class: "dot " + run, r: 2.5, cx: (v, i) => at(i), cy: y})
        .append("title").text((v, i) => "step " + (t.first + i) + ": " + number(v));
  });
  inner.append("g").selectAll("text").data(t.reference.spikes).enter().append("text").attr({class: "mark-reference", x: s => x(s + 0.5), y: -16,
    "text-anchor": "middle"}).text("○");
  inner.append("g").selectAll("text").data(t.emulator.spikes).enter().append("text").attr({class: "mark-emulator", x: s => x(s + 0.5), y: -4,
    "text-anchor": "middle"}).text("×");
  inner.append("line").attr({class: "zero", x1: 0, x2: w, y1: e(0), y2: e(0)});
  const barWidth = Math.max(1, Math.min(8, 0.6 * (x(1) - x(0))));
  inner.append("g").selectAll("rect").data(bounds).enter().append("rect").attr({class: "bound", x: d => at(d.i) - 1.4 * barWidth, width: 2.8 * barWidth,
    y: d => e((d.low + d.high) / 2) - Math.max(1.5, (e(d.low) - e(d.high)) / 2), height: d => Math.max(3, e(d.low) - e(d.high))});
  inner.append("g").selectAll("rect").data(errors).enter().append("rect").attr({class: (d, i) => (i > until && t.own !== undefined ? "error cut" : "error"), x: (d, i) => at(i) - barWidth / 2, width: barWidth,
    y: d => Math.min(e(0), e(d)), height: d => Math.abs(e(d) - e(0))});
  if (t.threshold !== undefined) inner.append("line").attr({class: "threshold", x1: at(until) - 2 * barWidth, x2: at(until) + 2 * barWidth, y1: e(reach), y2: e(reach)});
  plot.attr("data-steps", view.x.domain.map(v => v.toFixed(3)).join(" "));
}

// What the rasters show as a table.
function differenceTable(parent, sample) {
  if (!sample.differences.length) return;
  const title = sample.differences.length < sample.differences_total ? "the first " + whole(sample.differences.length) + " of " +
    whole(sample.differences_total) + " differences" : "all differences";
  const box = folded(parent, title);
  box.append("p").html("In the order in which they happen. <b>Own</b>: the layer differs here too when fed with the reference's spikes; " +
    "<b>inherited</b>: it does not.");
  table(box, ["step", "layer", "neuron", "reference", "integers", "v reference", "v integers", "distance from the threshold", "cause"],
    sample.differences.map(d => [String(d.step), d.layer, String(d.neuron), d.reference ? "spike" : "–", d.emulator ? "spike" : "–", d.reference_v,
      d.emulator_v, number(d.margin), d.own ? "own" : "inherited"]), "spikes that differ");
}
