// The code comes with the link, behind the #, which browsers do not send to servers. It moves into the form and
// out of the address, so that it stays neither in the history nor on the screen. Where a scanner of mail made the #
// a part of the path, the page came with the code in its form already.
const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
function setUp() {
  const ticket = document.querySelector("[data-ticket]");
  if (!ticket) return;
  const plain = new URL(ticket.form.action).pathname;
  if (location.hash.length > 1) {
    const text = decoded(location.hash.slice(1));
    ticket.value = /[0-9a-z]{4}(?:[-\s]?[0-9a-z]{4}){3}/i.exec(text)?.[0] ?? text.slice(0, 40);
  }
  if (location.hash || location.search || location.pathname !== plain) history.replaceState(null, "", plain);
  if (ticket.value && !ticket.classList.contains("is-invalid")) {
    ticket.closest("[data-ticket-row]").hidden = true;
  }
}
setUp();
// The link was opened in a tab that had the page already.
window.addEventListener("hashchange", setUp);
// The page comes back in its own place when something is still to be filled in.
document.addEventListener("htmx:afterSettle", setUp);
