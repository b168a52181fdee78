// What every page does beyond plain HTML. All of it is comfort: without it the pages work.

// Without a connection a note is not sent, and the page says so instead of going: what was tapped is still there.
document.addEventListener("submit", (event) => {
  const note = document.querySelector("[data-not-sent]");
  if (navigator.onLine || !note || event.target.matches("[data-guarded]") || event.target.method !== "post") return;
  event.preventDefault();
  note.hidden = false;
  note.scrollIntoView({ block: "center" });
});
function connected() {
  for (const note of document.querySelectorAll("[data-not-sent]")) note.hidden = true;
}
addEventListener("online", connected);
document.addEventListener("htmx:afterOnLoad", connected);

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

// A long form (data-guarded) is sent by htmx, which puts the answer in its place in the history too: what was sent
// stands nowhere to go back to. Whatever the answer is, it is shown; without one, the form says so and stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.boosted) return;
  if (event.detail.xhr.status >= 400) event.detail.shouldSwap = true;
  // The answer may be in another language, as was asked with the form.
  const language = /<html lang="([a-z]+)"/.exec(event.detail.xhr.responseText);
  if (language) document.documentElement.lang = language[1];
});
document.addEventListener("htmx:afterSettle", (event) => {
  // htmx notes in the browser which page that was.
  if (event.detail.boosted) sessionStorage.removeItem("htmx-current-path-for-history");
  if (event.detail.boosted && !document.querySelector("[data-takes-focus]")) document.getElementById("main")?.focus();
});
document.addEventListener("htmx:beforeRequest", (event) => tellNotSent(event.target, true));
document.addEventListener("htmx:sendError", (event) => tellNotSent(event.target, false));
function tellNotSent(form, hidden) {
  const note = form.matches?.("[data-guarded]") && form.querySelector("[data-not-sent]");
  if (note) note.hidden = hidden;
}

// No page comes out of the browser's memory: whoever goes back may be another than who filled it in. So leaving a
// long form half filled in is asked first.
let leaves = false;
addEventListener("pageshow", (event) => {
  leaves = false;
  if (event.persisted) location.reload();
});
addEventListener("beforeunload", (event) => {
  const half = (form) => wasTypedIn(form) || form.querySelector("[data-takes-focus], input[name=person]");
  if (!leaves && [...document.querySelectorAll("form[data-guarded]")].some(half)) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-guarded]") && !event.defaultPrevented) leaves = true;
});
// Not sent after all, or back with what is to be mended: it can be lost again.
for (const stayed of ["htmx:sendError", "htmx:afterSettle"]) document.addEventListener(stayed, () => (leaves = false));

// A phone that is put away may forget the page, and whoever needs help now leaves it: a long form that was typed in, or
// came back (data-kept), is kept on the server for whoever fills it in (accounts/pages/kept_forms.py), and stands there
// again when the page is opened anew.
function keep(how) {
  if (leaves) return;
  for (const form of document.querySelectorAll("form[data-kept]")) {
    if (!form.dataset.kept && !wasTypedIn(form) && !form.querySelector("input[name=person]")) continue;
    const body = new FormData(form);
    body.append("unsent", how);
    fetch(location.href, { method: "POST", body, keepalive: true }).catch(() => {});
  }
}
// Before the page asked for next is sent for. Who leaves on purpose is not led back from elsewhere.
let isLeft = false;
addEventListener("beforeunload", () => {
  isLeft = true;
  keep("left");
});
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => (isLeft = false), { capture: true });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && !isLeft) keep("quiet");
});
// Reloading overtakes what is kept on leaving: the page is asked for once more, with what was typed in it.
const [arrival] = performance.getEntriesByType("navigation");
if (arrival?.type === "reload" && document.querySelector('form[data-kept=""]')) location.replace(location.href);

// Enter in a field of a long form, and where a day or a time is chosen, goes on to the next field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) return;
  const field = event.target.closest(
    "form[data-no-enter] input:not([type=submit], [type=button]), form[method=post] :is([type=date], [type=time], [type=datetime-local])",
  );
  if (!field) return;
  event.preventDefault();
  const all = [...field.form.elements].filter((one) => one.tabIndex >= 0 && one.type !== "hidden" && one.checkVisibility());
  const next = all.slice(all.indexOf(field) + 1).find((one) => field.type !== "radio" || one.name !== field.name);
  next?.focus();
});

// A part of the page was answered by "sign in first": the form it stands in, or else the one that was typed in, goes
// to the server as it is, which shows it again after sign-in and sends nothing (accounts/pages/kept_forms.py).
const wasTypedIn = (form) =>
  [...form.elements].some((field) =>
    field.matches("input[type=checkbox], input[type=radio]")
      ? field.checked !== field.defaultChecked
      : field.matches("select")
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue,
  );
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) leaves = true;
  if (!event.detail.xhr.getResponseHeader("X-Unsent")) return;
  const own = event.target.closest?.("form");
  const form = hasTicket(own) ? own : [...document.forms].find((one) => hasTicket(one) && wasTypedIn(one));
  if (!form) return;
  event.preventDefault();
  sendUnsent(form, "unsent", "1");
});
const hasTicket = (form) => form?.querySelector("input[name=ticket]");
function sendUnsent(form, name, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  leaves = true;
  HTMLFormElement.prototype.submit.call(form);
}

// Whoever chooses another language takes along the form that was typed in, and has it back as it was
// (accounts/pages/language.py). The longest forms do so without scripts as well (components/language.html).
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name !== "language") return;
  const form = [...document.forms].find((one) => hasTicket(one) && !one.matches("[role=search]") && wasTypedIn(one));
  if (!form) return;
  event.preventDefault();
  sendUnsent(form, "speak", button.value);
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

// allauth says so when the browser came back without a passkey: cancelled, timed out, none on this device, or the
// server was not reached.
document.addEventListener("allauth.error", (event) => {
  const note = document.querySelector("[data-passkey-failed]");
  if (!note) return;
  event.preventDefault();
  const { exception } = event.detail;
  let why = exception instanceof DOMException ? "cancelled" : "unanswered";
  if (exception.name === "InvalidStateError") why = "known";
  if (!window.PublicKeyCredential) why = "unsupported";
  for (const line of note.querySelectorAll("[data-why]")) line.hidden = line.dataset.why !== why;
  note.hidden = false;
});
