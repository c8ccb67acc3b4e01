/** Draws a board into the page, touching only what differs, and shows which cards travelled. */

import { cardElement, fillHead, listElement } from "./cards.js";
import { el } from "./dom.js";

const FLIGHT = { duration: 520, easing: "cubic-bezier(.3, .9, .3, 1)" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class BoardView {
  #root;
  #drawn = new WeakMap();

  constructor(root) {
    this.#root = root;
  }

  /**
   * Draws `board`. Cards that stand in another list than on screen fly there and flash, except `quiet`, the issue
   * whose move the person has just seen with their own hand.
   */
  draw(board, { quiet = null } = {}) {
    const before = this.#places();
    const focus = this.#focusedIssue();
    const first = before.size === 0 && !this.#root.querySelector(".list");
    this.#drawLists(board);
    this.#keepFocus(focus);
    if (first) return;
    for (const [issue, place] of before) if (issue !== quiet) this.#showTravel(issue, place);
  }

  /** The card of an issue, in `list` where it shows in several. */
  card(issue, list = null) {
    const within = list === null ? this.#root : this.#root.querySelector(`[data-list="${list}"]`);
    return within?.querySelector(`.card[data-issue="${issue}"]`) ?? null;
  }

  /** Makes `card` the one that Tab reaches, and focuses it. */
  focus(card) {
    this.#makeReachable(card);
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #drawLists(board) {
    const sections = board.lists.map((list) => {
      const section = this.#root.querySelector(`.list[data-list="${list.id}"]`) ?? listElement(list);
      this.#drawCards(section, list);
      return section;
    });
    const kept = new Set(sections);
    for (const child of [...this.#root.children]) if (!kept.has(child)) child.remove();
    sections.forEach((section, index) => {
      if (this.#root.children[index] !== section) this.#root.insertBefore(section, this.#root.children[index] ?? null);
    });
    if (!this.#root.querySelector('.card[tabindex="0"]')) this.#makeReachable(this.#root.querySelector(".card"));
  }

  #drawCards(section, list) {
    fillHead(section, list);
    const ul = section.querySelector(".list__cards");
    const old = new Map([...ul.children].map((li) => [li.dataset.issue, li]));
    const items = list.cards.map((card) => this.#item(old.get(String(card.id)), card, list));
    const kept = new Set(items);
    for (const li of [...ul.children]) if (!kept.has(li)) li.remove();
    items.forEach((li, index) => {
      if (ul.children[index] !== li) ul.insertBefore(li, ul.children[index] ?? null);
    });
    section.classList.toggle("list--empty", items.length === 0);
  }

  #item(old, card, list) {
    const looks = JSON.stringify(card);
    if (old && this.#drawn.get(old) === looks) return old;
    const li = old ?? el("li", { "data-issue": card.id });
    const reachable = li.querySelector('.card[tabindex="0"]') !== null;
    li.replaceChildren(cardElement(card, list));
    if (reachable) this.#makeReachable(li.firstElementChild);
    this.#drawn.set(li, looks);
    return li;
  }

  #places() {
    const places = new Map();
    for (const card of this.#root.querySelectorAll(".card")) {
      const list = card.closest(".list").dataset.list;
      if (!places.has(card.dataset.issue)) places.set(card.dataset.issue, { lists: [], box: card.getBoundingClientRect() });
      places.get(card.dataset.issue).lists.push(list);
    }
    return places;
  }

  #showTravel(issue, place) {
    const cards = [...this.#root.querySelectorAll(`.card[data-issue="${issue}"]`)];
    const arrived = cards.find((card) => !place.lists.includes(card.closest(".list").dataset.list));
    if (!arrived) return;
    if (calm.matches) flash(arrived);
    else fly(arrived, place.box);
  }

  #focusedIssue() {
    return document.activeElement?.closest?.(".card")?.dataset.issue ?? null;
  }

  #keepFocus(issue) {
    if (issue === null || this.#focusedIssue() === issue) return;
    const card = this.card(issue);
    if (!card) return;
    this.#makeReachable(card);
    card.focus({ preventScroll: true });
  }

  #makeReachable(card) {
    for (const other of this.#root.querySelectorAll('.card[tabindex="0"]')) reach(other, "-1");
    if (card) reach(card, "0");
  }
}

function reach(card, tabindex) {
  card.setAttribute("tabindex", tabindex);
  card.querySelector(".card__more").setAttribute("tabindex", tabindex);
}

/** A copy flies above the lists, because a list clips what leaves it. */
function fly(card, from) {
  const to = card.getBoundingClientRect();
  const copy = card.cloneNode(true);
  copy.classList.add("card--flying");
  copy.setAttribute("aria-hidden", "true");
  place(copy, to);
  document.body.append(copy);
  card.classList.add("card--away");
  const path = [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px) rotate(-2deg)` }, { transform: "none" }];
  copy.animate(path, FLIGHT).finished.then(() => {
    copy.remove();
    card.classList.remove("card--away");
    flash(card);
  });
}

function flash(card) {
  card.classList.remove("card--flash");
  requestAnimationFrame(() => card.classList.add("card--flash"));
  card.addEventListener("animationend", () => card.classList.remove("card--flash"), { once: true });
}

/** Lays `element` over the page where `box` is. */
export function place(element, box) {
  element.style.setProperty("left", `${box.left}px`);
  element.style.setProperty("top", `${box.top}px`);
  element.style.setProperty("width", `${box.width}px`);
}
