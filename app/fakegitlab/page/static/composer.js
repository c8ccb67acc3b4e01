/** The comment box. What was typed is kept per issue until it has been posted, also over a closed drawer or a lost server. */

import { el } from "./dom.js";
import { announce, toast } from "./say.js";
import * as server from "./server.js";

export class Composer {
  #place;
  #posted;
  #text;
  #internal;
  #button;
  #trouble;
  #form;
  #refusal;

  constructor(projectId, iid, posted) {
    this.#place = { projectId, iid };
    this.#posted = posted;
    this.#text = el("textarea", { id: "comment", rows: "4", dir: "auto", maxlength: "1000000", placeholder: "Write a comment. Quick actions such as /label work too.", oninput: () => this.#keep() });
    this.#internal = el("input", { type: "checkbox", id: "internal" });
    this.#button = el("button", { type: "submit", class: "button" }, "Comment");
    this.#trouble = el("p", { class: "composer__trouble", role: "alert" });
    this.#refusal = el("p", { class: "drawer__none", hidden: true }, "The person you view as may not comment here. Choose somebody else in “View as”.");
    this.#form = el(
      "form",
      { class: "composer__form", onsubmit: (event) => this.#submit(event) },
      el("label", { class: "composer__label", for: "comment" }, "Add a comment"),
      this.#text,
      el("label", { class: "composer__internal" }, this.#internal, " Make this an internal note"),
      this.#trouble,
      this.#button,
    );
    this.#text.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.#form.requestSubmit());
    this.element = el("div", { class: "composer" }, this.#form, this.#refusal);
    this.#text.value = sessionStorage.getItem(this.#key) ?? "";
  }

  /** Shows the box, or says that this person may not comment; only some may write internal notes. */
  allow({ can_comment: may, can_write_internal: internal }) {
    this.#form.hidden = !may;
    this.#refusal.hidden = may;
    this.#internal.parentElement.hidden = !internal;
    this.#internal.checked &&= internal;
  }

  get #key() {
    return `draft-${this.#place.projectId}-${this.#place.iid}`;
  }

  #keep() {
    if (this.#text.value.length < 200_000) sessionStorage.setItem(this.#key, this.#text.value);
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.#text.value;
    if (text.trim() === "" || this.#button.disabled) return;
    this.#button.disabled = true;
    this.#trouble.textContent = "";
    try {
      const answer = await server.comment(this.#place.projectId, this.#place.iid, text, this.#internal.checked);
      this.#done(answer, text);
    } catch (error) {
      this.#trouble.textContent = error instanceof server.Lost ? "The server does not answer. Your comment is still here; try again in a moment." : `Not posted: ${error.message}`;
    } finally {
      this.#button.disabled = false;
    }
  }

  #done(answer, text) {
    if (this.#text.value === text) this.#text.value = "";
    this.#internal.checked = false;
    this.#keep();
    if (answer?.id) announce("Comment posted.");
    else toast(answer?.summary ? [].concat(answer.summary).join(" ") : "Done: the quick actions were carried out.");
    this.#posted();
  }
}
