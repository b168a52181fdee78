// The code comes with the link, behind the #, which browsers do not send to servers. It moves into the form and
// out of the address, so that it stays neither in the history nor on the screen.
const ticket = document.querySelector("[data-ticket]");
if (ticket && location.hash.length > 1) {
  ticket.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
if (ticket?.value && !ticket.classList.contains("is-invalid")) {
  ticket.closest("[data-ticket-row]").hidden = true;
}
