// What is counted over the whole data set: agreement, margins, accuracy, activity and operations.

function drawLayers(evaluation) {
  const layers = spikingLayers(evaluation), readouts = evaluation.layers.filter(l => !l.spiking);
  const s = section("Agreement by layer", "Spikes that both runs share, of those in either. <b>As it runs</b>: with all errors of the " +
    "layers before. <b>Alone</b>: the layer fed with the reference's spikes, so that only its own errors count.");
  if (layers.length)
    table(s, ["layer", "as it runs", "alone", "spikes that differ"], layers.map(l => [l.name,
      {bar: l.propagated, text: percent(l.propagated), kind: "reference"}, {bar: l.local, text: percent(l.local), kind: "hatched"},
      l.either === l.both ? "none" : whole(l.either - l.both) + " of " + whole(l.either)]), "agreement by layer");
  if (layers.some(l => l.within !== undefined)) {
    const or = x => (x === null || x === undefined ? "–" : x);
    table(folded(s, "more measures"), ["layer", "agree within " + evaluation.within_steps + (evaluation.within_steps === 1 ? " step" : " steps"),
      "van Rossum distance", "correlation of rates", "of counts", "samples without a difference"], layers.map(l => [l.name, percent(l.within), or(l.distance),
      or(l.rate_correlation), or(l.count_correlation), whole(l.equal_samples) + " of " + whole(evaluation.samples)]), "more measures by layer");
  }
  readouts.forEach(l => s.append("p").text(l.name + " does not spike; its potentials are off by " + number(l.potential_error) +
    " of their size (root mean square)."));
}

// Where half of, and nearly all, differing cells of a histogram lie; undefined where there are none.
function quantileEdge(counts, edges, share) {
  const total = d3.sum(counts);
  let sum = 0;
  for (let k = 0; k < counts.length; ++k) if ((sum += counts[k]) >= share * total && total > 0) return edges[k + 1];
}

function drawMargins(evaluation) {
  const layers = spikingLayers(evaluation);
  if (!layers.length) return;
  const s = section("Distance from the threshold", "How far |v − threshold| every neuron of the reference stands from its " +
    "threshold in every step, as a fraction of the threshold. Only what stands close can be tipped by rounding.");
  const worst = layers.reduce((best, l, k) => (l.local < layers[best].local ? k : best), 0);
  const controls = s.append("div").attr("class", "controls");
  legend(s, [["cells", "▮", "all neurons and steps"], ["hatch", "▨", "spikes differ as it runs"],
    ["emulator", "▮", "tipped: alone, the first difference of a neuron in a sample"]]);
  const sentence = s.append("p").attr("class", "finding").attr("aria-live", "polite");
  const box = s.append("div"), numbers = folded(s, "the numbers");
  let shown = worst;
  const draw = width => marginChart(box, layers[shown], width);
  const describe = () => {
    const l = layers[shown], tipped = d3.sum(l.margins.tipped), of = share =>
      number(100 * quantileEdge(l.margins.tipped, l.margins.edges, share)) + " %";
    sentence.text(tipped === 0 ? "Alone, " + l.name + " differs nowhere." : "Rounding tips " + whole(tipped) + " spikes of " + l.name +
      ": half of them within " + of(0.5) + " of the threshold, 99 % within " + of(0.99) + ". What differs farther away follows from " +
      "these: a spike too early moves the next one.");
    numbers.select(".scroll").remove();
    const rows = l.margins.cells.map((n, k) => [number(l.margins.edges[k]) + " to " + number(l.margins.edges[k + 1]), n,
      l.margins.propagated[k], l.margins.local[k], l.margins.tipped[k]]).filter(r => r[1] > 0);
    table(numbers, ["|v − threshold| / threshold", "neurons and steps", "differ as it runs", "differ alone", "tipped"], rows);
  };
  choice(controls, "layer", layers.map(l => l.name), k => { shown = k; describe(); draw(box.node().clientWidth); })
    .property("selectedIndex", worst);
  describe();
  responsive(box.node(), draw);
}

function marginChart(box, layer, width) {
  const m = layer.margins, margin = {left: 46, right: 8, top: 12, bottom: 40}, height = 260;
  const first = Math.max(0, m.cells.findIndex(n => n > 0)), last = m.cells.length - 1 - m.cells.slice().reverse().findIndex(n => n > 0);
  const w = width - margin.left - margin.right, h = height - margin.top - margin.bottom;
  box.selectAll("svg").remove();
  const svg = box.append("svg").attr({width: width, height: height, role: "img", "aria-label": "distance from the threshold in " + layer.name});
  const hatch = svg.append("defs").append("pattern").attr({id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"});
  hatch.append("rect").attr({width: 5, height: 5, class: "cells"});
  hatch.append("line").attr({x1: 0, x2: 0, y1: 0, y2: 5, class: "hatching"});
  const g = svg.append("g").attr("transform", "translate(" + margin.left + "," + margin.top + ")");
  const x = d3.scale.log().base(10).domain([m.edges[first], m.edges[last + 1]]).range([0, w]);
  const y = d3.scale.log().domain([0.7, d3.max(m.cells)]).range([h, 0]).clamp(true);
  const decades = [];
  for (let e = Math.ceil(Math.log10(m.edges[first])); e <= Math.log10(m.edges[last + 1]); ++e) decades.push(Math.pow(10, e));
  const ticks = decades.filter((d, k) => decades.length * 46 < w || k % 2 === 0);
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + h + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").tickValues(ticks).tickFormat(d => (d >= 0.01 ? d : "1e" + Math.round(Math.log10(d)))));
  const powers = d3.range(0, Math.ceil(Math.log10(d3.max(m.cells)) + 0.01)).map(e => Math.pow(10, e)).filter(p => p <= d3.max(m.cells));
  g.append("g").attr("class", "grid").selectAll("line").data(powers).enter().append("line").attr({x1: 0, x2: w, y1: y, y2: y});
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").tickValues(powers).tickFormat(d3.format("s")));
  [["cells", "cells", 1], ["propagated", "differs", 1], ["tipped", "emulator", 0.5]].forEach(([key, style, share]) => {
    const bars = m[key].map((n, k) => ({n: n, k: k})).filter(d => d.n > 0);
    g.append("g").selectAll("rect").data(bars).enter().append("rect").attr({class: style,
      x: d => x(m.edges[d.k]) + 0.5, width: d => Math.max(1, share * (x(m.edges[d.k + 1]) - x(m.edges[d.k])) - 1),
      y: d => y(d.n), height: d => h - y(d.n)})
      .append("title").text(d => whole(d.n) + " at " + number(m.edges[d.k]) + " to " + number(m.edges[d.k + 1]));
  });
  g.append("text").attr({x: w, y: h + 34, "text-anchor": "end"}).text("|v − threshold| / threshold");
  g.append("text").attr({x: -margin.left + 2, y: -2}).text("count");
}

// entries: [[style, mark, text]].
function legend(parent, entries) {
  const box = parent.append("p").attr("class", "legend");
  entries.forEach(([style, mark, text]) => {
    const entry = box.append("span");
    entry.append("span").attr({class: "mark-" + style, "aria-hidden": "true"}).text(mark + " ");
    entry.append("span").text(text);
  });
}

function drawAccuracy(evaluation) {
  const a = evaluation.accuracy;
  const rules = {count: "most spikes", "first-spike": "first spike", membrane: "highest potential in any step",
    "membrane-mean": "highest mean potential", "last-step": "highest potential in the last step"};
  const s = section("Answers", "The output answers by " + (rules[a.readout] || escaped(a.readout)) + "; where several outputs are equal, the lowest class.");
  const rows = [["same answer", "", percent(a.same_answer)]];
  if (a.samples) rows.push(["right", percent(a.reference), percent(a.emulator)], ["only this one is right", a.lost, a.won]);
  rows.push(["several outputs equal", a.ties.reference, a.ties.emulator], ["no output spikes", a.silent.reference, a.silent.emulator]);
  table(s, ["samples", "reference", "integers"], rows, "answers");
  if (!a.classes) return;
  table(folded(s, "by class"), ["class", "samples", "reference right", "integers right"], a.classes.map(c => [String(c.class), c.samples,
    {bar: c.reference, text: percent(c.reference), kind: "reference"}, {bar: c.emulator, text: percent(c.emulator), kind: "emulator"}]),
    "accuracy by class");
}

function drawOperations(evaluation) {
  const s = section("Activity and operations", "Spikes per neuron and step (bars); sparsity is the share of neurons and steps without a " +
    "spike. Synaptic operations are spikes times the synapses they reach; those at weights that became 0 are apart.");
  const layers = spikingLayers(evaluation), most = d3.max(layers, l => Math.max(l.reference.rate, l.emulator.rate)) || 1;
  if (layers.length)
    table(s, ["layer", "reference", "integers", "sparsity", "silent neurons"], layers.map(l => [l.name,
      {bar: l.reference.rate / most, text: number(l.reference.rate), kind: "reference"},
      {bar: l.emulator.rate / most, text: number(l.emulator.rate), kind: "emulator"}, percent(l.emulator.sparsity),
      l.emulator.silent_neurons + " of " + l.neurons]), "activity by layer");
  const each = n => Math.round(n / evaluation.samples);
  table(folded(s, "operations by connection, per sample"), ["connection", "events", "operations, reference", "integers", "at 0 weights"],
    evaluation.connections.map(c => [c.source + " → " + c.target, whole(each(c.emulator.events)), whole(each(c.reference.operations)),
      whole(each(c.emulator.operations)), whole(each(c.emulator.zero_weight_operations))]), "operations by connection");
}
