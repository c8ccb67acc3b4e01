/** Keys on the board: arrows walk from card to card, Enter opens, M moves. */

/** Wires the keys to `root`; `open(card)` and `menu(card)` are asked to act on a card element. */
export function enableKeys(root, view, { open, menu }) {
  root.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const onCard = event.target === card;
    if (event.key === "Enter" && onCard) act(event, () => open(card));
    else if (event.key.toLowerCase() === "m") act(event, () => menu(card));
    else if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      const next = neighbour(root, card, event.key);
      if (next) act(event, () => view.focus(next));
    }
  });
}

function act(event, run) {
  event.preventDefault();
  run();
}

function neighbour(root, card, key) {
  const column = [...card.closest(".list").querySelectorAll(".card")];
  const at = column.indexOf(card);
  if (key === "ArrowDown") return column[at + 1];
  if (key === "ArrowUp") return column[at - 1];
  if (key === "Home") return column[0];
  if (key === "End") return column[column.length - 1];
  return sideways(root, card, at, key === "ArrowRight" ? 1 : -1);
}

/** The card at the same height in the next list that has any. */
function sideways(root, card, at, step) {
  const lists = [...root.querySelectorAll(".list")];
  for (let index = lists.indexOf(card.closest(".list")) + step; lists[index]; index += step) {
    const cards = lists[index].querySelectorAll(".card");
    if (cards.length > 0) return cards[Math.min(at, cards.length - 1)];
  }
  return undefined;
}
