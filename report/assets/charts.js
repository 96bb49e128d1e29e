// Charts in SVG, drawn with D3 (version 3). Every chart is a section with a heading, a sentence, and an image that
// scales with the page.
"use strict";

function section(title, sentence, wide) {
  const s = d3.select("#charts").append("section").attr("class", wide ? "wide" : null);
  s.append("h2").text(title);
  s.append("p").html(sentence);
  return s;
}

function frame(parent, title, width, height, margin) {
  const svg = parent.append("svg").attr("viewBox", "0 0 " + width + " " + height).attr("role", "img").attr("aria-label", title);
  svg.append("title").text(title);
  return svg.append("g").attr("transform", "translate(" + margin.left + "," + margin.top + ")");
}

function axes(g, x, y, width, height, xLabel, yLabel) {
  g.append("g").attr("class", "grid").selectAll("line").data(y.ticks(5)).enter().append("line")
    .attr({x1: 0, x2: width, y1: y, y2: y});
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + height + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").ticks(Math.min(8, x.domain()[1] - x.domain()[0])).tickFormat(d3.format("d")));
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(5));
  g.append("text").attr({x: width, y: height + 34, "text-anchor": "end"}).text(xLabel);
  g.append("text").attr({x: -44, y: -8}).text(yLabel);
}

// Lines over depth. series: {forecast: [{layer, value, spread}], measured: the same}; a spread may be absent.
function depthChart(parent, title, yLabel, series, top) {
  const margin = {left: 52, right: 12, top: 22, bottom: 42}, width = 560 - margin.left - margin.right,
    height = 260 - margin.top - margin.bottom;
  const g = frame(parent, title, 560, 260, margin);
  const all = series.forecast.concat(series.measured);
  const x = d3.scale.linear().domain([0, Math.max(1, d3.max(all, d => d.layer))]).range([0, width]);
  const most = top || d3.max(all, d => d.value + (d.spread || 0)) * 1.05 || 1;
  const y = d3.scale.linear().domain([0, most]).range([height, 0]).clamp(true);
  axes(g, x, y, width, height, "layer", yLabel);
  g.append("path").attr("class", "forecast band").datum(series.forecast.filter(d => d.spread !== undefined))
    .attr("d", d3.svg.area().x(d => x(d.layer)).y0(d => y(d.value - d.spread)).y1(d => y(d.value + d.spread)));
  g.append("path").attr("class", "forecast line").datum(series.forecast)
    .attr("d", d3.svg.line().x(d => x(d.layer)).y(d => y(d.value)));
  g.append("g").selectAll("line").data(series.measured.filter(d => d.spread)).enter().append("line")
    .attr({class: "measured bar", x1: d => x(d.layer), x2: d => x(d.layer), y1: d => y(d.value - d.spread), y2: d => y(d.value + d.spread)});
  g.append("path").attr("class", "measured line").datum(series.measured)
    .attr("d", d3.svg.line().x(d => x(d.layer)).y(d => y(d.value)));
  g.append("g").selectAll("circle").data(series.measured).enter().append("circle")
    .attr({class: "measured dot", r: 2, cx: d => x(d.layer), cy: d => y(d.value)})
    .append("title").text(d => d.name + ": " + d3.format(".4g")(d.value) + (d.spread ? " ± " + d3.format(".2g")(d.spread) : ""));
}

// One cell per layer (down) and step (across). rows: [{name, values}].
function map(parent, title, rows, unit) {
  const steps = rows[0].values.length, margin = {left: 52, right: 12, top: 8, bottom: 58};
  const width = 560 - margin.left - margin.right, cell = Math.max(2, Math.min(14, 420 / rows.length));
  const height = cell * rows.length;
  const g = frame(parent, title, 560, height + margin.top + margin.bottom, margin);
  const most = d3.max(rows, r => d3.max(r.values)) || 1;
  const colour = d3.scale.linear().domain([0, 0.15 * most, 0.5 * most, most]).range(["#11001c", "#7a1f5c", "#f0803c", "#fff6c9"]);
  const x = d3.scale.linear().domain([0, steps]).range([0, width]);
  rows.forEach((row, r) => {
    g.append("g").selectAll("rect").data(row.values).enter().append("rect")
      .attr({x: (d, t) => x(t), y: r * cell, width: width / steps + 0.4, height: cell + 0.4, fill: d => colour(d)})
      .append("title").text((d, t) => row.name + ", step " + t + ": " + d3.format(".4g")(d) + " " + unit);
  });
  const y = d3.scale.linear().domain([0, rows.length]).range([0, height]);
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(6).tickFormat(d3.format("d")));
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + height + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").ticks(Math.min(10, steps)).tickFormat(d3.format("d")));
  g.append("text").attr({x: width, y: height + 32, "text-anchor": "end"}).text("step");
  g.append("text").attr({x: -44, y: height + 16}).text("layer");
  const key = g.append("g").attr("transform", "translate(0," + (height + 34) + ")");
  d3.range(40).forEach(k => key.append("rect").attr({x: 3 * k, width: 3.3, height: 10, fill: colour(k / 39 * most)}));
  key.append("text").attr({x: 126, y: 10}).text("0 to " + d3.format(".4g")(most) + " " + unit);
}

// header: [text]; rows: [[text or number]].
function table(parent, header, rows) {
  const box = parent.append("div").attr({class: "scroll", tabindex: 0, role: "region", "aria-label": "table of all numbers"});
  const t = box.append("table");
  t.append("thead").append("tr").selectAll("th").data(header).enter().append("th").attr("scope", "col").text(String);
  t.append("tbody").selectAll("tr").data(rows).enter().append("tr").selectAll("td").data(row => row).enter().append("td")
    .text(d => typeof d === "number" ? d3.format(".4g")(d) : d);
}
