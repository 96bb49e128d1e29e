// Activity over depth and time: what synfire init forecasts and synfire propagate measures.

function drawActivity(result) {
  const forecast = result.forecast || [], measured = result.populations || [];
  const predicted = forecast.map((f, layer) => Object.assign({layer: layer}, f)).filter(f => f.one_step);
  const keys = "<span class='key'><span class='f'>&#9644; forecast &plusmn; 2 standard deviations over draws</span>" +
    (measured.length ? " &nbsp; <span class='m'>&#9679; measured &plusmn; 1 standard deviation</span>" : "") + "</span>";

  const facts = ["scheme " + result.scheme, "seed " + result.seed];
  if (measured.length) facts.push(result.trials + " draws of input and weights", result.steps + (result.steps === 1 ? " step" : " steps"));
  if (result.network) facts.unshift(result.network);
  document.getElementById("summary").textContent = facts.join(" · ");

  const first = p => ({variance: p.variance.mean[0], variance_sd: p.variance.sd[0], spikes: p.spikes.mean[0] / p.neurons,
    spikes_sd: p.spikes.sd[0] / p.neurons});
  const over = (value, spread) => measured.map((p, layer) => ({layer: layer, name: p.name, value: value(p), spread: spread(p)}));
  const said = (value, spread) => predicted.map(f => ({layer: f.layer, name: f.name, value: f.one_step[value],
    spread: spread ? 2 * f.one_step[spread] : undefined}));

  depthChart(section("Variance of the membrane potential", "Over the neurons of a layer, in the first step. " + keys), "Var[u] over depth",
    "Var[u]", {forecast: said("variance", "variance_sd"), measured: over(p => first(p).variance, p => first(p).variance_sd)});
  depthChart(section("Spikes", "Share of the neurons of a layer that fire in the first step. " + keys), "share of neurons that fire, over depth",
    "share", {forecast: said("fraction", "fraction_sd"), measured: over(p => first(p).spikes, p => first(p).spikes_sd)});
  depthChart(section("Survival", "Probability that at least one neuron fires: in one step (forecast), in any step (share of the draws). " + keys),
    "survival over depth", "alive", {forecast: said("alive"), measured: over(p => p.alive, () => 0)}, 1);

  if (measured.length && result.steps > 1) {
    map(section("Spikes over depth and time", "Mean number of spikes of a layer in each step."), "spikes by layer and step",
      measured.map(p => ({name: p.name, values: p.spikes.mean})), "spikes");
    map(section("Variance over depth and time", "Mean of Var[u] in each step."), "Var[u] by layer and step",
      measured.map(p => ({name: p.name, values: p.variance.mean})), "");
  }

  const details = section("All numbers", "The file that --json writes has every step.", true).append("details");
  details.append("summary").text("show the table");
  if (measured.length)
    table(details, ["layer", "neurons", "Var[u] first step", "sd", "Var[u] last step", "sd", "spikes", "sd", "alive"],
      measured.map(p => [p.name, p.neurons, p.variance.mean[0], p.variance.sd[0], p.variance.mean[p.variance.mean.length - 1],
        p.variance.sd[p.variance.sd.length - 1], p.total_spikes.mean, p.total_spikes.sd, p.alive]));
  else
    table(details, ["layer", "neurons", "fan-in", "a", "kappa", "Var[u]", "share firing", "alive"],
      forecast.map(f => [f.name, f.neurons, f.fan_in, f.effective_a, f.kappa].concat(f.one_step
        ? [f.one_step.variance, f.one_step.fraction, f.one_step.alive] : ["", "", ""])));
}
