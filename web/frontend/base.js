// What every page gains with JavaScript: fields that appear as soon as an answer asks for them, drafts saved while typing,
// and one press of a button counted once. Pages work without it.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold personal data: none of it stays in the browser's storage
window.htmx = htmx;

// Fields are drawn anew while people go on typing: what stands in them at that moment wins over what the server was sent,
// and the cursor stays where it is.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "fields") return;
  const kept = new Map();
  for (const control of detail.target.querySelectorAll("input, select, textarea")) {
    if (control.type === "file" || control.type === "hidden") continue;
    const ticks = control.type === "radio" || control.type === "checkbox";
    kept.set(nameOf(control), ticks ? control.checked : control.value);
  }
  const { activeElement } = document;
  const focused = { id: activeElement.id, name: nameOf(activeElement), start: null, end: null };
  if (activeElement.matches("textarea, input:not([type]), input[type=text]")) {
    focused.start = activeElement.selectionStart;
    focused.end = activeElement.selectionEnd;
  }
  document.addEventListener("htmx:afterSwap", () => restore(kept, focused), { once: true });
});

function nameOf(control) {
  const ticks = control.type === "radio" || control.type === "checkbox";
  return ticks ? `${control.name}=${control.value}` : control.name;
}

function restore(kept, focused) {
  for (const control of document.querySelectorAll("#fields input, #fields select, #fields textarea")) {
    const name = nameOf(control);
    if (kept.has(name)) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = kept.get(name);
      else control.value = kept.get(name);
    }
    if (focused.name && name === focused.name) {
      control.focus({ preventScroll: true });
      if (focused.start !== null && control.setSelectionRange) control.setSelectionRange(focused.start, focused.end);
    }
  }
}

// A second press while the first is on its way would only bring a refusal.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000); // so that a failed connection can be tried again
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// After a refused form the summary of errors is what to read first.
document.getElementById("error-summary")?.focus();
