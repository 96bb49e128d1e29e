// Draws a section for each part of the result that is there.
(function () {
  const result = JSON.parse(document.getElementById("result").textContent);
  if (result.forecast) drawActivity(result);
  if (result.evaluation) {
    drawVerdict(result);
    drawLayers(result.evaluation);
    drawAccuracy(result.evaluation);
  }
  if (result.samples) drawSamples(result.samples, result.evaluation);
  if (result.evaluation) {
    drawMargins(result.evaluation);
    if (result.detail) drawSources(result.detail, result.evaluation);
    if (result.detail) drawCertificate(result.detail);
    if (result.ranges) drawRanges(result.ranges);
    drawOperations(result.evaluation);
  }
  if (result.memory) drawMemory(result.memory);
  if (result.tune) drawTradeOffs(result.tune);
  if (result.ledger) drawLedger(result.ledger);
  drawContents();
})();
