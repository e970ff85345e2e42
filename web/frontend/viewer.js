// Draws the process of a case: where it stands, and how often each step has been done. The same stands as a list below.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "./viewer.css";

async function draw(container) {
  const answer = await fetch(container.dataset.source, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.statusText);
  const xml = await answer.text();
  const active = JSON.parse(container.dataset.active);
  const done = JSON.parse(container.dataset.done);
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  for (const [id, count] of Object.entries(done)) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, "is-done");
    overlays.add(id, { position: { top: -11, left: -11 }, html: mark("done", count > 1 ? `✓${count}` : "✓") });
  }
  for (const id of active) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, "is-active");
    overlays.add(id, { position: { top: -13, right: 13 }, html: mark("active", "●") });
  }
  // A turned phone or a resized window shows the right part again. Without a size (hidden, or the page is being left)
  // there is no scale to draw at; the observer calls again as soon as there is one.
  let width = 0;
  const redraw = () => {
    if (!container.clientWidth || !container.clientHeight || container.clientWidth === width) return;
    width = container.clientWidth;
    canvas.resized();
    show(canvas, registry, active, container);
  };
  redraw();
  new ResizeObserver(redraw).observe(container);
  container.dataset.drawn = "yes";
}

function mark(kind, text) {
  const element = document.createElement("span");
  element.className = `diagram-mark diagram-mark--${kind}`;
  element.textContent = text;
  return element;
}

// The whole drawing where it can still be read, or when the case is at its end; else the place where the case stands.
function show(canvas, registry, active, container) {
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() > 0.45 || !active.some((id) => registry.get(id))) {
    canvas.zoom(Math.min(canvas.zoom() * 0.97, 1), "auto");
    return;
  }
  const place = registry.get(active.find((id) => registry.get(id)));
  canvas.zoom(0.6);
  const view = canvas.viewbox();
  canvas.viewbox({
    x: place.x + place.width / 2 - view.width / 2,
    y: place.y + place.height / 2 - view.height / 2,
    width: view.width,
    height: view.height,
  });
}

for (const container of document.querySelectorAll("[data-source]")) {
  draw(container).catch(() => {
    container.hidden = true; // the list below says the same
  });
}
