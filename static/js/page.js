// What every page does beyond plain HTML. All of it is comfort: without it the pages work.

// A second click or Enter does not send a form twice; coming back to the page makes it usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  button?.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-disabled", "true");
});

function release(root) {
  for (const busy of root.querySelectorAll("form[data-once][aria-busy], form[data-once] [aria-busy]")) {
    busy.removeAttribute("aria-busy");
    busy.removeAttribute("aria-disabled");
  }
}
addEventListener("pageshow", () => release(document));
document.addEventListener("htmx:afterRequest", (event) => release(event.target.ownerDocument ?? document));

// A part of the page was answered by "sign in first": the form it stands in, or else the one that was typed in, goes
// to the server as it is, which shows it again after sign-in and sends nothing (accounts/unsent.py).
const wasTypedIn = (form) =>
  [...form.elements].some((field) =>
    field.matches("input[type=checkbox], input[type=radio]")
      ? field.checked !== field.defaultChecked
      : field.matches("select")
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue,
  );
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!event.detail.xhr.getResponseHeader("X-Unsent")) return;
  const hasTicket = (form) => form?.querySelector("input[name=ticket]");
  const own = event.target.closest?.("form");
  const form = hasTicket(own) ? own : [...document.forms].find((one) => hasTicket(one) && wasTypedIn(one));
  if (!form) return;
  event.preventDefault();
  const later = Object.assign(document.createElement("input"), { type: "hidden", name: "unsent", value: "1" });
  form.append(later);
  HTMLFormElement.prototype.submit.call(form);
});

// The error summary takes the focus, so that a screen reader starts there.
function focusSummary(root) {
  root.querySelector("[data-takes-focus]")?.focus();
}
focusSummary(document);
document.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));

// Menus close with Escape, with a click elsewhere and when the focus leaves.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("focusout", (event) => {
  for (const menu of openMenus())
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

// A button with data-opens="id" opens the <dialog> of that id, if this page has it.
for (const opener of document.querySelectorAll("[data-opens]")) {
  const dialog = document.getElementById(opener.dataset.opens);
  if (!dialog) continue;
  opener.hidden = false;
  opener.addEventListener("click", () => {
    opener.closest("details")?.removeAttribute("open");
    dialog.showModal();
  });
}

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
