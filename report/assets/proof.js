// Where errors come from, and what is proven: attribution, certificates, ranges.

const sourceTexts = {weights: "rounding of weights", threshold: "thresholds, resets", decay: "leaks, filters (decay bits)", bias: "biases, initial states",
  input: "levels of real inputs", truncation: "truncation of states", saturation: "registers that clamp or wrap"};

function drawSources(detail, evaluation) {
  const a = detail.attribution, groups = a.layers.slice();
  if (!groups.length) return;
  if (groups.length > 1) groups.push(Object.assign({name: "all layers"}, a.all_layers));
  const s = section("Sources of error", "Each source of error as integers by itself, all others as floats; and the reverse. Spikes that differ when " +
    "every layer is fed with the reference's spikes; over " + (detail.samples === 1 ? "one sample" : "the first " + whole(detail.samples) + " of " +
    whole(evaluation.samples) + " samples") + ". Sources interact: the parts need not add up.");
  const controls = s.append("div").attr("class", "controls"), finding = s.append("p").attr({class: "finding", "aria-live": "polite"});
  const show = k => {
    const g = groups[k], loss = x => 1 - x.local, most = Math.max(loss(g.all), d3.max(g.sources, x => loss(x.alone)), 1e-12);
    const best = g.sources.reduce((b, x) => (loss(x.without) < loss(b.without) ? x : b), g.sources[0]);
    finding.text(loss(g.all) === 0 ? g.name + " makes no error of its own here." : loss(best.without) < loss(g.all)
      ? "Most of the errors of " + g.name + " come from " + sourceTexts[best.source] + ": with this as floats " + percent(best.without.local) +
        " of the spikes agree, " + percent(g.all.local) + " as it is." : "No single source explains the errors of " + g.name + ".");
    s.select(".scroll").remove();
    const bar = (x, kind) => ({bar: loss(x) / most, text: loss(x) === 0 ? "none" : number(100 * loss(x)) + " %", kind: kind});
    table(s, ["source", "only this as integers", "all but this one"], g.sources.map(x => [sourceTexts[x.source] || x.source, bar(x.alone, "emulator"),
      bar(x.without, "hatched")]).concat([["all sources", bar(g.all, "emulator"), ""]]), "spikes that differ by source of error");
  };
  const worst = groups.reduce((b, g, k) => (g.all.local < groups[b].all.local ? k : b), 0);
  choice(controls, "layer", groups.map(g => g.name), show).property("selectedIndex", worst);
  show(worst);
}

function drawCertificate(detail) {
  const layers = detail.certificate.filter(l => l.spiking);
  if (!layers.length) return;
  const s = section("Certified spikes", "Spikes of which it is proven, without running the integers, that the integers send them too. <b>Equal histories</b>: " +
    "if everything before was the same. <b>As it runs</b>: without that condition. The bound is the most that a potential can be off by. Over " + (detail.samples === 1 ? "one sample." : "the first " + whole(detail.samples) + " samples."));
  const share = (part, all) => (all === 0 ? {bar: 1, text: "–", kind: "reference"} : {bar: part / all, text: percent(part / all), kind: "reference"});
  table(s, ["layer", "spikes", "equal histories", "as it runs", "bound of the error"], layers.map(l => [l.name, whole(l.spikes),
    share(l.certified_spikes, l.spikes), Object.assign(share(l.unconditional_spikes, l.spikes), {kind: "hatched"}), number(l.largest_bound)]),
    "certified spikes by layer");
}

function drawRanges(ranges) {
  const overflows = r => r.verdict.startsWith("can"), bad = ranges.filter(overflows);
  const s = section("Range proof", bad.length ? bad.length + (bad.length === 1 ? " layer has" : " layers have") + " registers that can overflow."
    : "No register overflows, whatever the input.");
  table(s, ["layer", "least v", "most v", "sums in 16 bits", "state", "overflow"], ranges.map(r => [r.population, whole(r.v[0]), whole(r.v[1]),
    r.lanes.sums_fit_16 ? "always" : r.lanes.events_per_flush > 1 ? whole(r.lanes.events_per_flush) + " events" : "no",
    r.lanes.state_fits_16 ? "16 bit" : "32 bit", (overflows(r) ? "✗ " : "✓ ") + r.verdict.replace("proven for every input", "never")
      .replace("proven for", "not in")]), "range proof by layer");
  ranges.filter(r => r.worst_input).forEach(r => s.append("p").text(r.population + ": " + (r.worst_input.overflows
    ? "an input was found that asks neuron " + r.worst_input.neuron + "'s " + r.worst_input.register + " for " + whole(r.worst_input.value) + " in step " +
      r.worst_input.step + ", beyond " + whole(r.worst_input.limit) + "; synfire compile --json has it."
    : "no input was found that does; the bound may not be tight.")));
  ranges.filter(r => r.silent_neurons > 0).forEach(r => s.append("p").text(r.population + ": no input makes " + whole(r.silent_neurons) + " neurons spike."));
}
