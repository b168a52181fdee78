// People picker: type a name, choose from the list that htmx brings, get a chip. See components/people_picker.html.

function setUp(picker) {
  const input = picker.querySelector("[role=combobox]");
  const list = picker.querySelector("[role=listbox]");
  const chosen = picker.querySelector(".picked");
  const status = picker.querySelector("[data-picker-status]");
  const chip = picker.querySelector("[data-picker-chip]");

  const options = () => [...list.querySelectorAll("[role=option][data-id]")];
  const current = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  function close() {
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function select(index) {
    const all = options();
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (!all[index]) return;
    input.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    const id = option.dataset.id;
    if (!chosen.querySelector(`[data-id="${CSS.escape(id)}"]`)) {
      const item = chip.content.cloneNode(true).firstElementChild;
      const name = option.querySelector("span").textContent;
      item.dataset.id = id;
      item.querySelector("input").value = id;
      item.querySelector("small").textContent = option.querySelector("small").textContent;
      item.querySelector("span").prepend(name);
      const remove = item.querySelector("button");
      remove.setAttribute("aria-label", `${remove.getAttribute("aria-label")} ${name}`);
      chosen.append(item);
      status.textContent = name;
      picker.dispatchEvent(new CustomEvent("people:changed", { bubbles: true }));
    }
    input.value = "";
    close();
    input.focus();
  }

  list.addEventListener("htmx:afterSwap", () => {
    const all = options();
    input.setAttribute("aria-expanded", String(list.childElementCount > 0));
    const more = list.querySelector("[aria-disabled]");
    status.textContent = more ? more.textContent.trim() : String(all.length);
    select(0);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-id]");
    if (option) choose(option);
  });
  chosen.addEventListener("click", (event) => {
    const item = event.target.closest("button")?.closest("li");
    if (!item) return;
    item.remove();
    picker.dispatchEvent(new CustomEvent("people:changed", { bubbles: true }));
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "ArrowDown" && all.length) select((current() + 1) % all.length);
    else if (event.key === "ArrowUp" && all.length) select((current() - 1 + all.length) % all.length);
    else if (event.key === "Enter" && current() >= 0) choose(all[current()]);
    else if (event.key === "Enter" && input.value) {
      /* a half-typed name must not send the report */
    } else if (event.key === "Escape" && list.childElementCount) close();
    else if (event.key === "Backspace" && !input.value) chosen.lastElementChild?.querySelector("button").focus();
    else return;
    if (event.key !== "Backspace") event.preventDefault();
  });
  input.addEventListener("blur", close);
}

function setUpAll(root) {
  for (const picker of root.querySelectorAll("[data-picker]:not([data-ready])")) {
    picker.dataset.ready = "";
    setUp(picker);
  }
}
setUpAll(document);
document.addEventListener("htmx:afterSettle", (event) => {
  setUpAll(event.target);
  // The button that was pressed has gone with the part that was replaced: on to who was added, or to the search.
  const section = document.querySelector(".people-section");
  if (!section || document.activeElement !== document.body) return;
  const added = event.detail.requestConfig?.elt.name === "add" && [...section.querySelectorAll(".person-row")].at(-1);
  const next = added && (added.querySelector(".person-facts input") ?? added.querySelector("button"));
  (next || section.querySelector("[role=combobox]"))?.focus();
});
