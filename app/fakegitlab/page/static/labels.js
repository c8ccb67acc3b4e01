/** Labels as GitLab draws them: plain pills, and two-part pills for scoped ones (key on colour, value on white). */

import { el } from "./dom.js";

const HEX = /^#[0-9a-f]{6}$/i;

/** The policy of the page forbids style attributes, so colours are set as properties. */
function tint(chip, color, textColor) {
  if (HEX.test(color)) chip.style.setProperty("--label-color", color);
  if (HEX.test(textColor)) chip.style.setProperty("--label-text", textColor);
}

/** A pill for `{title, color, text_color, scoped: {key, value} | null, description}`. */
export function labelChip(label) {
  const parts = label.scoped
    ? [el("span", { class: "label__key" }, label.scoped.key), el("span", { class: "label__value" }, label.scoped.value)]
    : [el("span", { class: "label__key" }, label.title)];
  const shape = label.scoped ? "label label--scoped" : "label";
  const chip = el("span", { class: shape, dir: "auto", title: label.description || label.title, "data-label": label.title }, parts);
  tint(chip, label.color, label.text_color);
  return chip;
}

/** Colours the label pills the server wrote into rendered Markdown. */
export function tintLabels(root) {
  for (const chip of root.querySelectorAll(".label[data-color]")) tint(chip, chip.dataset.color, chip.dataset.textColor);
}
