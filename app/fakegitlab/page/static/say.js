/** What the page tells people: small notices for eyes, sentences for screen readers. */

import { el, icon } from "./dom.js";

const STAY_MS = 9000;

/** Reads `sentence` to people who listen to the page. */
export function announce(sentence) {
  const log = document.getElementById("announcer");
  log.append(el("p", {}, sentence));
  while (log.childElementCount > 5) log.firstElementChild.remove();
}

/** A notice at the lower edge; `action` is `{text, run}`. It waits while somebody points at it. */
export function toast(sentence, { action = null, kind = "info" } = {}) {
  const tray = document.getElementById("toasts");
  const leave = () => note.remove();
  const note = el(
    "div",
    { class: `toast toast--${kind}`, dir: "auto" },
    el("span", { class: "toast__text" }, sentence),
    action && el("button", { type: "button", class: "toast__action", onclick: () => { leave(); action.run(); } }, action.text),
    el("button", { type: "button", class: "toast__close", "aria-label": "Dismiss", onclick: leave }, icon("close")),
  );
  let timer = setTimeout(leave, STAY_MS);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(leave, STAY_MS); });
  note.addEventListener("focusin", () => clearTimeout(timer));
  tray.append(note);
  while (tray.childElementCount > 3) tray.firstElementChild.remove();
}
