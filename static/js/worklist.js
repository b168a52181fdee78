// Keys on a list of rows: j and k move, Enter opens, x marks, / searches, ? shows the sheet.
// Markup: one <ul class="rows" data-worklist> or more, whose items hold <a data-open>, and <input data-mark>
// where they can be marked (<output data-marked> says how many are); an <input data-search>;
// <dialog id="shortcuts">.

const rows = () => [...document.querySelectorAll("[data-worklist] > li")];
const picked = () => rows().findIndex((row) => row.contains(document.activeElement));

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = picked();
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
  all[next].querySelector("[data-open]")?.focus();
  all[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", () => {
  for (const row of rows()) row.classList.toggle("is-picked", row.contains(document.activeElement));
});

function mark() {
  rows()[picked()]?.querySelector("[data-mark]")?.click();
}

function countMarked() {
  const marked = document.querySelectorAll("[data-mark]:checked").length;
  for (const said of document.querySelectorAll("[data-marked]")) said.textContent = `(${marked})`;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-mark]")) countMarked();
});
// What the browser filled in again on the way back.
window.addEventListener("pageshow", countMarked);

const actions = {
  j: () => move(1),
  k: () => move(-1),
  x: mark,
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
