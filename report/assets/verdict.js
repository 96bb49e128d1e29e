// The answer in ten seconds: is it the same network, and where is it not.

function spikingLayers(evaluation) {
  return evaluation.layers.filter(l => l.spiking);
}

// {level: "same" | "close" | "different", mark, headline}.
function verdictOf(evaluation) {
  const layers = spikingLayers(evaluation), answers = evaluation.accuracy;
  const changed = Math.round((1 - answers.same_answer) * evaluation.samples);
  const of = whole(changed) + " of " + whole(evaluation.samples) + (changed === 1 ? " answers changes" : " answers change");
  if (layers.length && layers.every(l => l.either === 0))
    return {level: "close", mark: "≈", headline: "No neuron spikes in either run: there is nothing to compare."};
  if (layers.length && layers.every(l => l.both === l.either))
    return {level: "same", mark: "✓", headline: "Yes: every spike is the same."};
  const spikes = layers.length ? "not every spike is the same" : "there are no spikes to compare";
  if (changed === 0) return {level: "close", mark: "≈", headline: "All answers are the same, " + spikes + "."};
  if (answers.same_answer >= 0.95) return {level: "close", mark: "≈", headline: "Nearly: " + of + "."};
  return {level: "different", mark: "≠", headline: "No: " + of + "."};
}

// Sentences on the layer with the least agreement, its errors, and the first difference.
function reasons(evaluation, detail) {
  const layers = spikingLayers(evaluation), list = [];
  const worst = layers.reduce((a, b) => (b.propagated < a.propagated ? b : a), layers[0]);
  if (worst && worst.propagated < 1) {
    const own = 1 - worst.local, all = 1 - worst.propagated;
    const cause = own > 0.6 * all ? "most of this is the layer's own rounding" : own < 0.4 * all
      ? "most of this is inherited from the layers before" : "about half of this is inherited from the layers before";
    list.push("Least agreement: " + worst.name + ", " + percent(worst.propagated) + " of the spikes as the network runs, " +
      percent(worst.local) + " when fed with the reference's spikes: " + cause + ".");
  }
  evaluation.layers.filter(l => !l.spiking).slice(0, 3).forEach(l => list.push(l.name + " does not spike; its potentials are off by " +
    number(100 * l.potential_error) + " % of their size (root mean square)."));
  const silent = layers.filter(l => l.either === 0), names = silent.slice(0, 5).map(l => l.name).join(", ") + (silent.length > 5 ? " and more" : "");
  if (silent.length) list.push("No spikes at all in " + names + ": agreement says nothing there.");
  const own = detail && detail.attribution.layers.length ? detail.attribution.layers.reduce((a, b) => (b.all.local < a.all.local ? b : a)) : undefined;
  if (own && own.all.local < 1) {
    const best = own.sources.reduce((a, b) => (b.without.local > a.without.local ? b : a));
    if (best.without.local > own.all.local) list.push("Most rounding errors arise in " + own.name + ", from " + sourceTexts[best.source] + ": without this source " +
      percent(best.without.local) + " of its spikes would agree instead of " + percent(own.all.local) + ".");
  }
  const d = evaluation.first_divergence;
  if (d) list.push("First difference: sample " + d.sample + ", step " + d.step + ", layer " + d.layer + ", neuron " + d.neuron + ". " +
    (d.reference_spikes > d.emulator_spikes ? "The reference spikes, the integers are silent" : "The integers spike, the reference is silent") +
    "; the reference was " + number(d.margin) + " from its threshold.");
  return list;
}

function tile(parent, value, label) {
  const box = parent.append("div").attr("class", "tile");
  box.append("dt").text(label);
  const parts = value.split(" → "), dd = box.append("dd");
  parts.forEach((part, k) => dd.append("span").text(k < parts.length - 1 ? part + " → " : part));
}

function drawVerdict(result) {
  const e = result.evaluation, layers = spikingLayers(e), verdict = verdictOf(e);
  const facts = ["arithmetic profile " + result.profile, whole(e.samples) + (e.samples === 1 ? " sample of " : " samples of ") +
    whole(e.steps) + " steps", "float64 reference against integers"];
  document.getElementById("summary").textContent = facts.join(" · ");
  const box = d3.select("#charts").append("section").attr({class: "wide verdict " + verdict.level, "aria-label": "verdict"});
  const head = box.append("p").attr("class", "headline");
  head.append("span").attr({class: "mark", "aria-hidden": "true"}).text(verdict.mark);
  head.append("span").text(verdict.headline);
  reasons(e, result.detail).forEach(text => box.append("p").text(text));
  const tiles = box.append("dl").attr("class", "tiles");
  const both = d3.sum(layers, l => l.both), either = d3.sum(layers, l => l.either);
  if (either > 0) tile(tiles, percent(both / either), "spikes that agree, all layers");
  tile(tiles, percent(e.accuracy.same_answer), "answers that stay");
  if (e.accuracy.samples) tile(tiles, percent(e.accuracy.reference) + " → " + percent(e.accuracy.emulator), "accuracy, reference → integers");
  const ops = e.operations.reference.operations;
  if (ops > 0) tile(tiles, d3.format("+.2%")(e.operations.emulator.operations / ops - 1), "synaptic operations, against the reference");
  if (result.memory) tile(tiles, bytes(d3.sum(result.memory.layers, l => l.weight_bytes + l.parameter_bytes + l.state_bytes)),
    "weights, parameters and state");
}

// Links to the sections, in front of them.
function drawContents() {
  const sections = d3.selectAll("#charts > section[id]");
  if (sections.size() < 4) return;
  const links = d3.select("header").append("nav").attr("aria-label", "sections");
  sections.each(function () {
    links.append("a").attr("href", "#" + this.id).text(d3.select(this).select("h2").text());
  });
}
