// What every page gains with JavaScript: fields that appear as soon as an answer asks for them, drafts saved while typing,
// and one press of a button counted once. Pages work without it.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold personal data: none of it stays in the browser's storage
window.htmx = htmx;

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
