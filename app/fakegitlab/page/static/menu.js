/** The "Move to" menu of a card: the way to move without dragging. */

import { spoken } from "./cards.js";
import { el, icon } from "./dom.js";

const MARGIN_PX = 8;

let close = null;

/** Opens the menu at `anchor`; `chosen(list)` is called for the list picked. Escape or a click elsewhere closes it. */
export function openMoveMenu(anchor, card, from, lists, chosen) {
  close?.(false);
  const items = lists.map((list) => itemFor(list, String(list.id) === String(from)));
  const menu = el("div", { class: "menu", role: "menu", "aria-label": `Move #${card.iid} to` }, el("p", { class: "menu__head", "aria-hidden": "true" }, `Move #${card.iid} to`), items);
  const open = items.filter((item) => item.getAttribute("aria-disabled") !== "true");
  items.forEach((item, index) => item.addEventListener("click", () => {
    if (item.getAttribute("aria-disabled") === "true") return;
    close(true);
    chosen(lists[index]);
  }));
  menu.addEventListener("keydown", (event) => steer(event, open));
  document.body.append(menu);
  lay(menu, anchor.getBoundingClientRect());
  (open[0] ?? menu).focus();
  listenForTheEnd(menu, anchor);
}

function itemFor(list, here) {
  const dot = el("span", { class: "menu__dot" });
  if (list.color) dot.style.setProperty("--label-color", list.color);
  const text = el("span", { class: "menu__text", dir: "auto" }, spoken(list));
  const attributes = { type: "button", class: "menu__item", role: "menuitem", tabindex: "-1", "data-target": String(list.id), "aria-disabled": here ? "true" : null };
  return el("button", attributes, dot, text, here && el("span", { class: "menu__here" }, icon("check"), "here"));
}

function steer(event, open) {
  const at = open.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + open.length, Home: 0, End: open.length - 1 };
  let next = steps[event.key];
  if (next === undefined && event.key.length === 1 && /\S/u.test(event.key) && !event.ctrlKey && !event.metaKey) next = startingWith(event.key, open, at);
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  open[next % open.length]?.focus();
}

function startingWith(letter, open, at) {
  const order = [...open.keys()].map((index) => (at + 1 + index) % open.length);
  return order.find((index) => open[index].textContent.toLowerCase().startsWith(letter.toLowerCase()));
}

function lay(menu, box) {
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const left = Math.max(MARGIN_PX, Math.min(box.right - width, innerWidth - width - MARGIN_PX));
  const top = box.bottom + height + MARGIN_PX > innerHeight ? Math.max(MARGIN_PX, box.top - height - 4) : box.bottom + 4;
  menu.style.setProperty("left", `${left}px`);
  menu.style.setProperty("top", `${Math.min(top, Math.max(MARGIN_PX, innerHeight - height - MARGIN_PX))}px`);
}

function listenForTheEnd(menu, anchor) {
  const back = anchor.closest(".card") ?? anchor;
  const outside = (event) => !menu.contains(event.target) && close(false);
  const key = (event) => {
    if (event.key !== "Escape" && event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  };
  const away = () => close(false);
  close = (refocus) => {
    removeEventListener("pointerdown", outside, { capture: true });
    removeEventListener("resize", away);
    menu.remove();
    close = null;
    if (refocus && back.isConnected) back.focus();
  };
  menu.addEventListener("keydown", key);
  addEventListener("pointerdown", outside, { capture: true });
  addEventListener("resize", away);
}
