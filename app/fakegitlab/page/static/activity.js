/** An issue's comments and events, oldest first, as items of one list. */

import { avatar, el, icon, timeAgo } from "./dom.js";
import { labelChip } from "./labels.js";
import { reactionRow } from "./reactions.js";

/** Items for the drawer's data: comments as boxes, label and state events as sentences. */
export function activityItems(data, place) {
  const comments = data.notes.map((note) => [note.created_at, 1, () => commentItem(note, data, place)]);
  const events = data.history.map((event) => [event.created_at, 0, () => eventItem(event, data.now)]);
  const all = [...comments, ...events].sort((a, b) => Date.parse(a[0]) - Date.parse(b[0]) || a[1] - b[1]);
  const items = all.map(([, , make]) => make());
  if (data.notes_left_out > 0) items.unshift(el("li", { class: "event" }, `${data.notes_left_out} earlier comments are not shown here.`));
  if (items.length === 0) items.push(el("li", { class: "event" }, "Nothing has happened here yet."));
  return items;
}

function commentItem(note, { now, can_comment: may }, place) {
  const body = el("div", { class: "md", dir: "auto" });
  body.innerHTML = note.html;
  const edited = note.updated_at !== note.created_at && el("span", { class: "comment__edited" }, " · edited ", timeAgo(note.updated_at, now));
  const head = el(
    "header",
    { class: "comment__head" },
    el("b", { dir: "auto" }, note.author.name),
    el("span", { class: "comment__handle" }, `@${note.author.username}`),
    note.bot && el("span", { class: "badge badge--bot" }, "Bot"),
    note.internal && el("span", { class: "badge badge--warn" }, icon("hidden"), "Internal note"),
    el("span", { class: "comment__when" }, timeAgo(note.created_at, now), edited),
  );
  const shape = `comment${note.bot ? " comment--bot" : ""}${note.internal ? " comment--internal" : ""}`;
  return el("li", { class: shape, id: `note_${note.id}` }, avatar(note.author, "large"), el("div", { class: "comment__box" }, head, body, reactionRow(note, may, place)));
}

function eventItem(event, now) {
  const parts = event.parts.map((part) => (part.label ? labelChip(part.label) : el(part.strong ? "b" : "span", { dir: "auto" }, part.text)));
  return el("li", { class: "event" }, icon(event.kind), el("p", { class: "event__words" }, el("b", { dir: "auto" }, event.actor.name), event.actor.bot && el("span", { class: "badge badge--bot" }, "Bot"), parts, timeAgo(event.created_at, now)));
}
