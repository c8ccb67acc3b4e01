/**
 * Dragging cards with mouse, pen or finger. A mouse lifts a card after a few pixels, a finger after a short rest
 * (before that it scrolls). Escape puts the card back.
 */

import { el } from "./dom.js";
import { place } from "./view.js";

const SLACK_PX = 5;
const REST_MS = 280;
const EDGE_PX = 72;
const FASTEST_PX = 18;

export class Dragging {
  #root;
  #dropped;
  #ended;
  #pending = null;
  #lifted = null;

  /** `dropped({issue, from, to, above, below})` for each real move; `ended()` after every drag, also a cancelled one. */
  constructor(root, { dropped, ended }) {
    this.#root = root;
    this.#dropped = dropped;
    this.#ended = ended;
    root.addEventListener("pointerdown", (event) => this.#press(event));
    root.addEventListener("dragstart", (event) => event.preventDefault());
    root.addEventListener("contextmenu", (event) => this.#pending?.touch && event.preventDefault());
    root.addEventListener("touchmove", (event) => this.#lifted && event.preventDefault(), { passive: false });
    addEventListener("pointermove", (event) => this.#move(event));
    addEventListener("pointerup", (event) => this.#release(event));
    addEventListener("pointercancel", () => this.#cancel());
    addEventListener("blur", () => this.#cancel());
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  /** True while a card is in the air: the board must not be redrawn under it. */
  get busy() {
    return this.#lifted !== null;
  }

  #press(event) {
    const card = event.target.closest(".card");
    if (!card || event.button !== 0 || !event.isPrimary || event.target.closest("button")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const touch = event.pointerType === "touch";
    this.#pending = { card, x: event.clientX, y: event.clientY, id: event.pointerId, touch };
    if (touch) this.#pending.timer = setTimeout(() => this.#lift(this.#pending.x, this.#pending.y), REST_MS);
  }

  #move(event) {
    if (this.#lifted) {
      this.#carry(event.clientX, event.clientY);
      return;
    }
    if (!this.#pending || event.pointerId !== this.#pending.id) return;
    const far = Math.hypot(event.clientX - this.#pending.x, event.clientY - this.#pending.y) > SLACK_PX;
    if (!far) return;
    if (this.#pending.touch) this.#forget();
    else this.#lift(event.clientX, event.clientY);
  }

  #lift(x, y) {
    const { card, id, x: startX, y: startY } = this.#pending;
    clearTimeout(this.#pending.timer);
    if (!card.isConnected) {
      this.#forget();
      return;
    }
    const box = card.getBoundingClientRect();
    const li = card.parentElement;
    const gap = el("li", { class: "gap", "aria-hidden": "true" });
    gap.style.setProperty("height", `${box.height}px`);
    const ghost = card.cloneNode(true);
    ghost.classList.add("card--ghost");
    ghost.setAttribute("aria-hidden", "true");
    place(ghost, box);
    document.body.append(ghost);
    this.#lifted = { li, gap, ghost, dx: startX - box.left, dy: startY - box.top, x, y, home: this.#spot(li) };
    li.after(gap);
    li.classList.add("lifted");
    this.#root.classList.add("board--dragging");
    document.documentElement.classList.add("dragging");
    this.#root.setPointerCapture(id);
    this.#carry(x, y);
    requestAnimationFrame(() => this.#scrollAtEdges());
  }

  #carry(x, y) {
    const lifted = this.#lifted;
    lifted.x = x;
    lifted.y = y;
    lifted.ghost.style.setProperty("left", `${x - lifted.dx}px`);
    lifted.ghost.style.setProperty("top", `${y - lifted.dy}px`);
    const list = this.#listAt(x);
    const ul = list.querySelector(".list__cards");
    for (const other of this.#root.querySelectorAll(".list--target")) if (other !== list) other.classList.remove("list--target");
    list.classList.add("list--target");
    const cards = [...ul.children].filter((li) => li !== lifted.gap && li !== lifted.li);
    const below = list.dataset.list === "closed" ? cards[0] : cards.find((li) => middle(li) > y);
    if (lifted.gap.parentElement !== ul || nextCard(lifted.gap, lifted.li) !== (below ?? null)) ul.insertBefore(lifted.gap, below ?? null);
  }

  #listAt(x) {
    const lists = [...this.#root.querySelectorAll(".list")];
    const distance = (list) => {
      const box = list.getBoundingClientRect();
      return Math.max(box.left - x, x - box.right, 0);
    };
    return lists.reduce((best, list) => (distance(list) < distance(best) ? list : best));
  }

  #scrollAtEdges() {
    if (!this.#lifted) return;
    const { x, y, gap } = this.#lifted;
    const ul = gap.parentElement;
    const board = this.#root.getBoundingClientRect();
    const column = ul.getBoundingClientRect();
    const sideways = pull(x, Math.max(board.left, 0), Math.min(board.right, innerWidth));
    const upright = pull(y, column.top, Math.min(column.bottom, innerHeight));
    this.#root.scrollLeft += sideways;
    ul.scrollTop += upright;
    if (sideways || upright) this.#carry(x, y);
    requestAnimationFrame(() => this.#scrollAtEdges());
  }

  #spot(item) {
    const { li } = this.#lifted ?? { li: item };
    const beside = (step) => {
      let other = item[step];
      while (other && (other === li || !other.dataset.issue)) other = other[step];
      return other ? Number(other.dataset.issue) : null;
    };
    return { list: item.closest(".list").dataset.list, above: beside("previousElementSibling"), below: beside("nextElementSibling") };
  }

  #release(event) {
    if (!this.#lifted) {
      this.#forget();
      return;
    }
    this.#carry(event.clientX, event.clientY);
    const { home, li, gap } = this.#lifted;
    const spot = this.#spot(gap);
    swallowClick();
    this.#land();
    const moved = spot.list !== home.list || spot.above !== home.above || spot.below !== home.below;
    if (moved) this.#dropped({ issue: Number(li.dataset.issue), from: home.list, to: spot.list, above: spot.above, below: spot.below });
    this.#ended();
  }

  #key(event) {
    if (event.key !== "Escape" || !this.#lifted) return;
    event.preventDefault();
    event.stopPropagation();
    swallowClick();
    this.#cancel();
  }

  #cancel() {
    if (this.#lifted) {
      this.#land();
      this.#ended();
    }
    this.#forget();
  }

  #land() {
    const { li, gap, ghost } = this.#lifted;
    gap.remove();
    ghost.remove();
    li.classList.remove("lifted");
    this.#root.classList.remove("board--dragging");
    document.documentElement.classList.remove("dragging");
    for (const list of this.#root.querySelectorAll(".list--target")) list.classList.remove("list--target");
    this.#lifted = null;
    this.#forget();
  }

  #forget() {
    clearTimeout(this.#pending?.timer);
    this.#pending = null;
  }
}

function middle(li) {
  const box = li.getBoundingClientRect();
  return box.top + box.height / 2;
}

function nextCard(gap, lifted) {
  const next = gap.nextElementSibling;
  return next === lifted ? next.nextElementSibling : next;
}

/** Pixels to scroll in this frame when `at` is near one of the edges; more the nearer it is. */
function pull(at, low, high) {
  if (at < low + EDGE_PX) return -Math.ceil(Math.min(1, (low + EDGE_PX - at) / EDGE_PX) * FASTEST_PX);
  if (at > high - EDGE_PX) return Math.ceil(Math.min(1, (at - high + EDGE_PX) / EDGE_PX) * FASTEST_PX);
  return 0;
}

/** The click that ends a drag must not open the card. */
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 300);
}
