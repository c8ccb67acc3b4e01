/** One card and one list of the board, as elements. */

import { avatar, el, icon } from "./dom.js";
import { labelChip } from "./labels.js";

/** A card as GitLab shows it: like GitLab, without the label of the list it stands in. */
export function cardElement(card, list) {
  const titleId = `card-${list.id}-${card.id}`;
  const labels = card.labels.filter((label) => label.title !== list.title);
  return el(
    "article",
    { class: "card", tabindex: "-1", "aria-labelledby": titleId, "aria-keyshortcuts": "Enter M", "data-issue": card.id, "data-iid": card.iid },
    el(
      "h3",
      { class: "card__title", dir: "auto" },
      card.confidential && el("span", { class: "confidential", title: "Confidential" }, icon("hidden"), el("span", { class: "hidden" }, "Confidential: ")),
      el("a", { id: titleId, href: card.web_url, class: "card__link", draggable: "false", tabindex: "-1" }, card.title),
    ),
    el("button", { type: "button", class: "card__more", tabindex: "-1", "aria-haspopup": "menu", "aria-label": `Move #${card.iid}` }, icon("more")),
    labels.length > 0 && el("p", { class: "card__labels" }, labels.map(labelChip)),
    footOf(card),
  );
}

function footOf(card) {
  const comments = `${card.notes_count} ${card.notes_count === 1 ? "comment" : "comments"}`;
  const people = card.assignees.length > 0 ? card.assignees : [card.author];
  return el(
    "p",
    { class: "card__foot" },
    el("span", { class: "card__number" }, `#${card.iid}`),
    card.notes_count > 0 && el("span", { class: "card__comments", title: comments }, icon("comment"), String(card.notes_count), el("span", { class: "hidden" }, " comments")),
    el("span", { class: "card__people" }, people.slice(0, 3).map((person) => avatar(person))),
  );
}

/** An empty list; `fillHead` and the board fill it. */
export function listElement(list) {
  return el(
    "section",
    { class: "list", "data-list": String(list.id), "aria-labelledby": `list-${list.id}` },
    el("h2", { class: "list__head", id: `list-${list.id}` }),
    el("ul", { class: "list__cards", role: "list" }),
  );
}

/** Writes a list's title, colour and true count; says when not all of its cards are shown. */
export function fillHead(section, list) {
  const plain = typeof list.id === "string";
  const title = plain ? el("span", { class: "list__title" }, icon(list.id), list.title) : labelChip(list);
  const issues = `${list.count} ${list.count === 1 ? "issue" : "issues"}`;
  const count = el("span", { class: "list__count", title: issues }, icon("issue"), String(list.count), el("span", { class: "hidden" }, " issues"));
  section.querySelector(".list__head").replaceChildren(title, count);
  section.style.setProperty("--list-color", plain ? "" : list.color);
  section.querySelector(".list__rest")?.remove();
  const rest = list.count - list.cards.length;
  if (rest > 0) section.append(el("p", { class: "list__rest" }, `${rest} more not shown`));
}

/** How people call a list: the part of its title that differs from its neighbours'. */
export function spoken(list) {
  const at = list.title.lastIndexOf("::");
  const words = at > 0 ? list.title.slice(at + 2) : list.title;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
