/** An issue's description: shown, ticked box by box, or edited as a text, by those who may. */

import { el } from "./dom.js";
import { toast } from "./say.js";
import * as server from "./server.js";

const BOX = /^(\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+\[)([ xX])(\])/;

/** The description with what the reader may do to it. `place` is where the issue is, and what to do after a change. */
export function description(data, place) {
  const shown = el("div", { class: "md", dir: "auto" });
  shown.innerHTML = data.description_html;
  const otherwise = el("p", { class: "drawer__none" }, "This issue has no description.");
  const block = el("div", { class: "description" }, data.description_html ? shown : otherwise);
  if (!data.can_edit) return block;
  for (const box of shown.querySelectorAll("input[data-line]")) {
    box.disabled = false;
    box.addEventListener("change", () => tick(data, place, box));
  }
  const edit = el("button", { type: "button", class: "description__edit", onclick: () => block.replaceChildren(editor(data, place)) }, "Edit description");
  block.append(edit);
  return block;
}

async function tick(data, place, box) {
  const lines = data.description.split("\n");
  const at = Number(box.dataset.line);
  lines[at] = lines[at].replace(BOX, (_, before, __, after) => `${before}${box.checked ? "x" : " "}${after}`);
  await save(place, lines.join("\n"), () => { box.checked = !box.checked; });
}

function editor(data, place) {
  const text = el("textarea", { class: "description__text", rows: "16", dir: "auto", "aria-label": "Description" });
  text.value = data.description;
  const keep = el("button", { type: "button", class: "button", onclick: () => save(place, text.value) }, "Save changes");
  const leave = el("button", { type: "button", class: "description__edit", onclick: place.redrawn }, "Cancel");
  return el("div", { class: "description__editor" }, text, el("p", {}, keep, " ", leave));
}

async function save({ projectId, iid, changed }, words, undo = () => {}) {
  try {
    await server.describe(projectId, iid, words);
    changed();
  } catch (error) {
    undo();
    toast(`Not saved: ${error.message}`);
  }
}
