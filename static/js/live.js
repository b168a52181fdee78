// A part of the page with data-live renews itself (htmx). It never moves under the hands of who is working in it:
// while the focus is inside or something in it is marked, it waits and shows the note [data-live-note] instead.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const live = event.target.closest?.("[data-live]");
  const busy = live?.contains(document.activeElement) || live?.querySelector("[data-mark]:checked");
  if (!busy || event.detail.xhr.status !== 200) return;
  event.detail.shouldSwap = false;
  const note = document.querySelector("[data-live-note]");
  if (note) note.hidden = false;
});
