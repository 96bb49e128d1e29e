// Charts in SVG, drawn with D3 (version 3). Every chart is a section with a heading, a sentence, and an image as wide
// as the page lets it be, drawn again when that changes.
"use strict";

function section(title, sentence, wide) {
  const s = d3.select("#charts").append("section").attr("class", wide ? "wide" : null);
  s.attr("id", title.toLowerCase().replace(/[^a-z]+/g, "-"));
  s.append("h2").text(title);
  s.append("p").html(sentence);
  return s;
}

// Text that a file brought along, for use inside of a sentence.
function escaped(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

// A share as percent; never rounded up to 100 %, which stands for all.
function percent(share) {
  if (share === 1) return "100 %";
  const digits = share > 0.9999 ? 4 : share > 0.995 ? 3 : share > 0.01 || share === 0 ? 2 : 4;
  return (Math.floor(share * 100 * Math.pow(10, digits)) / Math.pow(10, digits)).toFixed(digits) + " %";
}

// 1234567 as 1,234,567.
const whole = d3.format(",d");
// Four digits, and 1.2e-5 for what is small; a dash for what JSON cannot hold, as infinity.
function number(x) {
  if (x === null || x === undefined) return "–";
  if (x === 0 || Number.isInteger(x) && Math.abs(x) < 1e9) return String(x);
  return Math.abs(x) < 1e-3 || Math.abs(x) >= 1e6 ? d3.format(".2e")(x) : d3.format(".4r")(x);
}

// Six digits, for potentials that are compared.
function precise(x) {
  return String(Number(x.toPrecision(6)));
}

function bytes(n) {
  return n < 1024 ? n + " B" : n < 1024 * 1024 ? d3.format(".1f")(n / 1024) + " KiB" : d3.format(".1f")(n / 1048576) + " MiB";
}

// What the style sheet calls a colour.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

// Calls draw(width in pixels) now, and again when the element's width or the colours change.
function responsive(element, draw) {
  let width = 0;
  const update = () => {
    if (!element.isConnected) return;
    const now = Math.floor(element.getBoundingClientRect().width);
    if (now > 0 && now !== width) draw(width = now);
  };
  update();
  new ResizeObserver(update).observe(element);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => width > 0 && element.isConnected && draw(width));
}

// A choice among texts, with its label; calls chosen(index).
function choice(parent, label, texts, chosen) {
  const box = parent.append("label").attr("class", "choice").text(label + " ");
  const list = box.append("select").on("change", function () { chosen(this.selectedIndex); });
  list.selectAll("option").data(texts).enter().append("option").text(String);
  return list;
}

// A folded part of a section.
function folded(parent, title) {
  const details = parent.append("details");
  details.append("summary").text(title);
  return details;
}

function frame(parent, title, width, height, margin) {
  const svg = parent.append("svg").attr({width: width, height: height, role: "img", "aria-label": title});
  svg.append("title").text(title);
  return svg.append("g").attr("transform", "translate(" + margin.left + "," + margin.top + ")");
}

function axes(g, x, y, width, height, xLabel, yLabel) {
  g.append("g").attr("class", "grid").selectAll("line").data(y.ticks(5)).enter().append("line")
    .attr({x1: 0, x2: width, y1: y, y2: y});
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + height + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").ticks(Math.min(8, Math.max(2, width / 50), x.domain()[1] - x.domain()[0])).tickFormat(d3.format("d")));
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(5));
  g.append("text").attr({x: width, y: height + 34, "text-anchor": "end"}).text(xLabel);
  g.append("text").attr({x: -44, y: -8}).text(yLabel);
}

// Lines over depth. series: {forecast: [{layer, value, spread}], measured: the same}; a spread may be absent.
function depthChart(parent, title, yLabel, series, top) {
  const box = parent.append("div");
  responsive(box.node(), width => {
    box.selectAll("svg").remove();
    drawDepth(box, title, yLabel, series, top, width);
  });
}

function drawDepth(parent, title, yLabel, series, top, full) {
  const margin = {left: 52, right: 12, top: 22, bottom: 42}, width = full - margin.left - margin.right,
    height = 260 - margin.top - margin.bottom;
  const g = frame(parent, title, full, 260, margin);
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
  const box = parent.append("div");
  responsive(box.node(), width => {
    box.selectAll("svg").remove();
    drawMap(box, title, rows, unit, width);
  });
}

function drawMap(parent, title, rows, unit, full) {
  const steps = rows[0].values.length, margin = {left: 52, right: 12, top: 8, bottom: 58};
  const width = full - margin.left - margin.right, cell = Math.max(2, Math.min(14, 420 / rows.length));
  const height = cell * rows.length;
  const g = frame(parent, title, full, height + margin.top + margin.bottom, margin);
  const most = d3.max(rows, r => d3.max(r.values)) || 1;
  const shade = d3.scale.linear().domain([0, 0.15 * most, 0.5 * most, most]).range(["#11001c", "#7a1f5c", "#f0803c", "#fff6c9"]);
  const x = d3.scale.linear().domain([0, steps]).range([0, width]);
  rows.forEach((row, r) => {
    g.append("g").selectAll("rect").data(row.values).enter().append("rect")
      .attr({x: (d, t) => x(t), y: r * cell, width: width / steps + 0.4, height: cell + 0.4, fill: d => shade(d)})
      .append("title").text((d, t) => row.name + ", step " + t + ": " + d3.format(".4g")(d) + " " + unit);
  });
  const y = d3.scale.linear().domain([0, rows.length]).range([0, height]);
  g.append("g").attr("class", "axis").call(d3.svg.axis().scale(y).orient("left").ticks(6).tickFormat(d3.format("d")));
  g.append("g").attr("class", "axis").attr("transform", "translate(0," + height + ")")
    .call(d3.svg.axis().scale(x).orient("bottom").ticks(Math.min(10, steps)).tickFormat(d3.format("d")));
  g.append("text").attr({x: width, y: height + 32, "text-anchor": "end"}).text("step");
  g.append("text").attr({x: -44, y: height + 16}).text("layer");
  const key = g.append("g").attr("transform", "translate(0," + (height + 34) + ")");
  d3.range(40).forEach(k => key.append("rect").attr({x: 3 * k, width: 3.3, height: 10, fill: shade(k / 39 * most)}));
  key.append("text").attr({x: 126, y: 10}).text("0 to " + d3.format(".4g")(most) + " " + unit);
}

// header: [text]; rows: [[text or number, or {bar: share, text, kind} for a bar behind a text]].
function table(parent, header, rows, label) {
  const box = parent.append("div").attr({class: "scroll", tabindex: 0, role: "region", "aria-label": label || "table of all numbers"});
  const t = box.append("table");
  t.append("thead").append("tr").selectAll("th").data(header).enter().append("th").attr("scope", "col").text(String);
  const cells = t.append("tbody").selectAll("tr").data(rows).enter().append("tr").selectAll("td").data(row => row).enter().append("td");
  cells.each(function (d) {
    const cell = d3.select(this);
    if (d === null || d === undefined) return;
    if (typeof d !== "object") return void cell.text(typeof d === "number" ? number(d) : d);
    cell.attr("class", "bar");
    cell.append("span").attr("class", "track").append("span").attr("class", "fill " + d.kind)
      .style("width", 100 * Math.max(0, Math.min(1, d.bar)) + "%");
    cell.append("span").text(d.text);
  });
  return t;
}
