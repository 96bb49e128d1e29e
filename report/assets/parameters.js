// Memory, the search for formats, and the ledger of parameters.

function drawMemory(memory) {
  const total = l => l.weight_bytes + l.parameter_bytes + l.state_bytes, most = d3.max(memory.layers, total) || 1;
  const s = section("Memory", "Integer weights packed into the bits they need, parameters of single neurons, and state that lives in RAM.");
  const rows = memory.layers.map(l => [l.name, {bar: total(l) / most, text: bytes(total(l)), kind: "reference"},
    l.weights ? whole(l.weights) + " × " + l.weight_bits + " bit" : "–", bytes(l.weight_bytes), bytes(l.parameter_bytes), bytes(l.state_bytes)]);
  const sum = key => bytes(d3.sum(memory.layers, l => l[key]));
  if (rows.length > 1) rows.push(["all", bytes(d3.sum(memory.layers, total)), whole(d3.sum(memory.layers, l => l.weights)), sum("weight_bytes"),
    sum("parameter_bytes"), sum("state_bytes")]);
  table(s, ["layer", "all", "weights", "in bytes", "parameters", "state"], rows, "memory by layer");
}

const costNames = {flash: "flash (bytes)", ram: "RAM (bytes)", instructions: "instructions per step", operations: "operations per step", cores: "Loihi cores", weight_bits: "weight bits"};

function drawTradeOffs(tune) {
  const keyOf = c => JSON.stringify(c.label !== undefined ? c.label : c);
  const front = tune.front || [], onFront = new Set(front.map(keyOf));
  const points = front.map(c => Object.assign({front: true}, c)).concat((tune.candidates || []).filter(c => !onFront.has(keyOf(c))));
  const has = key => points.some(c => typeof c[key] === "number");
  const costs = Object.keys(costNames).filter(has), gains = ["agreement", "accuracy"].filter(has);
  if (!costs.length || !gains.length) return;
  const s = section("Trade-offs", "What agreement or accuracy costs. On the line: nothing cheaper is as good. " + escaped(tune.left_out || ""), true);
  const controls = s.append("div").attr("class", "controls");
  let cost = costs[0], gain = gains[0];
  const box = s.append("div"), draw = width => paretoChart(box, points, cost, gain, width);
  const again = () => draw(box.node().clientWidth);
  choice(controls, "cost", costs.map(c => costNames[c]), k => { cost = costs[k]; again(); });
  choice(controls, "gain", gains, k => { gain = gains[k]; again(); });
  legend(s, [["emulator", "◆", "chosen"], ["reference", "●", "on the front"], ["both", "○", "other candidates"]]);
  responsive(box.node(), draw);
  const columns = ["label"].concat(costs, gains).filter(key => points.some(c => c[key] !== undefined));
  table(folded(s, "the numbers"), columns.concat(["front", "chosen"]), points.map(c => columns.map(key => c[key]).concat([c.front ? "front" : "",
    c.chosen ? "chosen" : ""])), "candidates");
}

function paretoChart(box, points, cost, gain, width) {
  const margin = {left: 58, right: 14, top: 16, bottom: 40}, height = 300, w = width - margin.left - margin.right, h = height - margin.top - margin.bottom;
  const list = points.filter(c => typeof c[cost] === "number" && typeof c[gain] === "number");
  box.selectAll("svg").remove();
  const svg = box.append("svg").attr({width: width, height: height, role: "img", "aria-label": gain + " against " + costNames[cost]});
  const g = svg.append("g").attr("transform", "translate(" + margin.left + "," + margin.top + ")");
  const spread = (extent, share) => [extent[0] - share * ((extent[1] - extent[0]) || 1), extent[1] + share * ((extent[1] - extent[0]) || 1)];
  const x = d3.scale.linear().domain(spread(d3.extent(list, c => c[cost]), 0.06)).range([0, w]);
  const y = d3.scale.linear().domain(spread(d3.extent(list, c => c[gain]), 0.08)).range([h, 0]);
  g.append("g").attr("class", "grid").selectAll("line").data(y.ticks(5)).enter().append("line").attr({x1: 0, x2: w, y1: y, y2: y});
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + h + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").ticks(Math.max(2, Math.min(8, w / 70))).tickFormat(d3.format("s")));
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(5).tickFormat(v => percent(v).replace(" %", "%")));
  g.append("text").attr({x: w, y: h + 34, "text-anchor": "end"}).text(costNames[cost]);
  g.append("text").attr({x: -margin.left + 2, y: -4}).text(gain);
  const steps = frontOf(list, cost, gain);
  g.append("path").attr({class: "front", d: d3.svg.line().x(c => x(c[cost])).y(c => y(c[gain])).interpolate("step-after")(steps)});
  const marks = g.append("g").selectAll("g").data(list.sort((a, b) => (a.chosen ? 1 : 0) - (b.chosen ? 1 : 0))).enter().append("g")
    .attr("transform", c => "translate(" + x(c[cost]) + "," + y(c[gain]) + ")");
  marks.append("path").attr("class", c => (c.chosen ? "chosen" : steps.includes(c) ? "on-front" : "off-front"))
    .attr("d", d3.svg.symbol().type(c => (c.chosen ? "diamond" : "circle")).size(c => (c.chosen ? 140 : steps.includes(c) ? 60 : 36)));
  marks.append("title").text(c => (c.label || "") + " " + costNames[cost] + " " + number(c[cost]) + ", " + gain + " " + percent(c[gain]));
  marks.filter(c => c.chosen).append("text").attr({x: 12, y: 4}).text(c => c.label || "chosen").each(function (c) {
    if (x(c[cost]) > 0.6 * w) d3.select(this).attr({x: -12, "text-anchor": "end"});
  });
}

// The candidates that no cheaper one equals, from the cheapest on.
function frontOf(list, cost, gain) {
  const front = [];
  list.slice().sort((a, b) => a[cost] - b[cost] || b[gain] - a[gain]).forEach(c => {
    if (!front.length || c[gain] > front[front.length - 1][gain]) front.push(c);
  });
  return front;
}

function drawLedger(ledger) {
  const s = section("Ledger", "Every parameter from its float value to the integer, what the integer means, and the relative error of that.", true);
  table(s, ["node", "parameter", "count", "largest relative error", "root mean square"], ledger.summary.map(g => [g.node, g.parameter, whole(g.count),
    number(g.largest), number(g.rms)]), "errors by group of parameters");
  const details = folded(s, "single parameters");
  const controls = details.append("div").attr("class", "controls");
  const search = controls.append("label").text("search ").append("input").attr({type: "search", placeholder: "node, parameter or index"});
  const found = controls.append("span").attr({class: "faint", role: "status"});
  details.append("p").attr("class", "left-out").text(ledger.rows.length < ledger.total ? "Left out: of " + whole(ledger.total) + " parameters, the " +
    whole(ledger.rows.length) + " with the largest errors of their group are here; synfire compile --ledger writes all." : "");
  const body = table(details, ["node", "parameter", "index", "float", "integer", "means", "relative error", "kept in"], ledger.rows.map(r => [r[0], r[1], String(r[2]),
    r[3], String(r[4]), r[5], number(r[6]), r[7] || ""]), "single parameters").select("tbody");
  const rows = body.selectAll("tr"), texts = ledger.rows.map(r => (r[0] + " " + r[1] + " " + r[2]).toLowerCase());
  const filter = () => {
    const words = search.property("value").toLowerCase().split(/\s+/).filter(Boolean);
    const fits = texts.map(text => words.every(word => text.includes(word)));
    rows.style("display", (d, k) => (fits[k] ? null : "none"));
    found.text(whole(fits.filter(Boolean).length) + " of " + whole(ledger.rows.length));
  };
  search.on("input", filter);
  filter();
}
