/** The "View as" switch: who is looking at the board, kept for this tab and in the address. */

import { avatar, el } from "./dom.js";

const KEY = "view-as";

/** The person asked for by the address, else the one of this tab, else the first. */
export function remembered(people) {
  const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem(KEY);
  return people.find((person) => person.username === asked) ?? people[0] ?? null;
}

function remember(person) {
  sessionStorage.setItem(KEY, person.username);
  const address = new URL(location.href);
  address.searchParams.set("as", person.username);
  history.replaceState(history.state, "", address);
}

/** Fills the switch and calls `changed(person)` whenever somebody else is chosen. */
export function fillSwitch(people, current, changed) {
  const select = document.getElementById("viewas");
  const words = (person) => (person.role ? `${person.name} — ${person.role}` : person.name);
  select.replaceChildren(...people.map((person) => el("option", { value: person.username }, words(person))));
  show(select, current);
  select.onchange = () => {
    const person = people.find((one) => one.username === select.value);
    show(select, person);
    changed(person);
  };
}

function show(select, person) {
  select.value = person.username;
  document.getElementById("viewas-avatar").replaceChildren(avatar(person));
  remember(person);
}
