// Zooming and panning by mouse, touch and keyboard. A view is {x: {domain, limits}, y: {domain, limits}}; both are
// [from, to] and may be shared between charts. An axis that is null stays as it is.

function axisView(limits, least) {
  return {domain: limits.slice(), limits: limits.slice(), least: least};
}

function setDomain(axis, from, to) {
  const whole = axis.limits[1] - axis.limits[0], size = Math.min(whole, Math.max(axis.least, to - from));
  const start = Math.min(axis.limits[1] - size, Math.max(axis.limits[0], from + (to - from - size) / 2));
  axis.domain[0] = start;
  axis.domain[1] = start + size;
}

// factor < 1 zooms in; share: where the fixed point lies, 0 to 1.
function zoomAxis(axis, factor, share) {
  const size = axis.domain[1] - axis.domain[0], fixed = axis.domain[0] + share * size;
  setDomain(axis, fixed - share * size * factor, fixed + (1 - share) * size * factor);
}

function panAxis(axis, share) {
  const size = axis.domain[1] - axis.domain[0];
  setDomain(axis, axis.domain[0] + share * size, axis.domain[1] + share * size);
}

function zoomView(view, factor, shareX, shareY) {
  if (view.x) zoomAxis(view.x, factor, shareX);
  if (view.y) zoomAxis(view.y, factor, shareY);
}

function resetView(view) {
  [view.x, view.y].forEach(axis => axis && setDomain(axis, axis.limits[0], axis.limits[1]));
}

// element: focusable. area(): {left, top, width, height} of the plot inside of it, in pixels. changed() redraws.
// keys: {key: function} of the chart's own.
function makeZoomable(element, view, area, changed, keys) {
  const at = event => {
    const box = element.getBoundingClientRect(), a = area();
    return [(event.clientX - box.left - a.left) / a.width, (event.clientY - box.top - a.top) / a.height];
  };
  const inside = share => Math.min(1, Math.max(0, share));
  element.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) return;  // the page scrolls
    event.preventDefault();
    const p = at(event);
    zoomView(view, Math.pow(1.002, Math.max(-200, Math.min(200, event.deltaY))), inside(p[0]), 1 - inside(p[1]));
    changed();
  }, {passive: false});
  element.addEventListener("dblclick", event => {
    const p = at(event);
    zoomView(view, 0.5, inside(p[0]), 1 - inside(p[1]));
    changed();
  });

  const held = new Map();  // pointer -> where it was
  element.addEventListener("pointerdown", event => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    held.set(event.pointerId, at(event));
    try { element.setPointerCapture(event.pointerId); } catch (gone) { /* the pointer was lifted meanwhile */ }
  });
  element.addEventListener("pointermove", event => {
    if (!held.has(event.pointerId)) return;
    const before = Array.from(held.values());
    held.set(event.pointerId, at(event));
    const now = Array.from(held.values());
    const middle = points => [d3.mean(points, p => p[0]), d3.mean(points, p => p[1])];
    const a = middle(before), b = middle(now);
    if (view.x) panAxis(view.x, a[0] - b[0]);
    if (view.y) panAxis(view.y, b[1] - a[1]);
    if (now.length === 2) {
      const reach = points => Math.max(0.02, Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]));
      zoomView(view, reach(before) / reach(now), inside(b[0]), 1 - inside(b[1]));
    }
    changed();
  });
  ["pointerup", "pointercancel", "lostpointercapture"].forEach(name =>
    element.addEventListener(name, event => held.delete(event.pointerId)));

  const step = 0.15;
  const own = Object.assign({
    ArrowLeft: () => view.x && panAxis(view.x, -step), ArrowRight: () => view.x && panAxis(view.x, step),
    ArrowUp: () => view.y && panAxis(view.y, step), ArrowDown: () => view.y && panAxis(view.y, -step),
    "+": () => zoomView(view, 0.7, 0.5, 0.5), "=": () => zoomView(view, 0.7, 0.5, 0.5), "-": () => zoomView(view, 1 / 0.7, 0.5, 0.5),
    "0": () => resetView(view), Home: () => resetView(view)}, keys || {});
  element.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !own[event.key]) return;
    event.preventDefault();
    own[event.key]();
    changed();
  });
}

// Buttons for those who have neither wheel nor keyboard.
function zoomButtons(parent, view, changed) {
  const button = (text, label, act) => parent.append("button").attr({type: "button", "aria-label": label, title: label}).text(text)
    .on("click", () => { act(); changed(); });
  button("+", "zoom in", () => zoomView(view, 0.6, 0.5, 0.5));
  button("−", "zoom out", () => zoomView(view, 1 / 0.6, 0.5, 0.5));
  button("reset", "show all", () => resetView(view));
  return button;
}
