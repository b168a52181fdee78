// A part of the page with data-live renews itself (htmx). It never moves under the hands of who is working in it:
// while the focus is inside, it waits and shows the note [data-live-note] instead.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const live = event.target.closest?.("[data-live]");
  if (!live || event.detail.xhr.status !== 200 || !live.contains(document.activeElement)) return;
  event.detail.shouldSwap = false;
  const note = document.querySelector("[data-live-note]");
  if (note) note.hidden = false;
});
