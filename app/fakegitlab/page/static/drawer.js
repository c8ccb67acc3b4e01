/** The drawer beside the board: one issue with its description, labels, comments and history. */

import { activityItems } from "./activity.js";
import { Composer } from "./composer.js";
import { description } from "./description.js";
import { avatar, el, icon, timeAgo } from "./dom.js";
import { labelChip, tintLabels } from "./labels.js";
import * as server from "./server.js";

export class Drawer {
  #root;
  #follow;
  #closed;
  #shown = null;
  #issueId = null;
  #looks = "";
  #body = null;
  #composer = null;
  #asked = 0;
  #filter = "all";

  /** `follow(projectId, iid)` opens another issue, `closed()` hears that the drawer was shut, `wrong(error)` failures. */
  constructor(root, { follow, closed, wrong }) {
    this.#root = root;
    this.#follow = follow;
    this.#closed = closed;
    this.wrong = wrong;
    addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    root.addEventListener("click", (event) => this.#click(event));
  }

  /** The issue on show as `{projectId, iid}`, or null. */
  get shown() {
    return this.#shown;
  }

  /** Shows an issue; the focus goes to the drawer so that the keyboard continues there. */
  async open(projectId, iid) {
    const same = this.#shown?.projectId === projectId && this.#shown?.iid === iid;
    if (!same) this.#begin(projectId, iid);
    this.#root.querySelector(".drawer__close").focus({ preventScroll: true });
    await this.refresh();
  }

  /** Fetches the issue again. What is being typed stays, since only the part above the comment box is drawn anew. */
  async refresh() {
    if (!this.#shown) return;
    const asked = ++this.#asked;
    const { projectId, iid } = this.#shown;
    try {
      const data = await server.issue(projectId, iid);
      if (asked === this.#asked) this.#draw(data);
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
  }

  /** Something changed: an issue by its id, or with null anything. */
  hear(issueId) {
    if (issueId === null || this.#issueId === null || issueId === this.#issueId) this.refresh();
  }

  close() {
    if (!this.#shown) return;
    this.#asked += 1;
    this.#shown = null;
    this.#root.hidden = true;
    this.#root.replaceChildren();
    this.#closed();
  }

  #begin(projectId, iid) {
    this.#shown = { projectId, iid };
    this.#issueId = null;
    this.#looks = "";
    this.#body = el("div", { class: "drawer__body", "aria-busy": "true" }, el("p", { class: "drawer__note" }, "Fetching the issue…"));
    this.#composer = new Composer(projectId, iid, () => this.refresh());
    const close = el("button", { type: "button", class: "drawer__close", "aria-label": "Close issue", onclick: () => this.close() }, icon("close"));
    const head = el("header", { class: "drawer__head" }, el("span", { class: "drawer__number" }, `#${iid}`), el("span", { class: "drawer__marks" }), close);
    this.#root.replaceChildren(head, el("div", { class: "drawer__scroll" }, this.#body, this.#composer.element));
    this.#root.hidden = false;
  }

  #draw(data) {
    const looks = JSON.stringify({ ...data, now: null });
    this.#issueId = data.issue.id;
    this.#composer.allow(data);
    if (looks === this.#looks || this.#body.querySelector(".description__editor")) return;
    this.#looks = looks;
    const { issue } = data;
    const unfolded = [...this.#body.querySelectorAll("details")].map((details) => details.open);
    this.#root.querySelector(".drawer__marks").replaceChildren(...marks(issue));
    this.#body.replaceChildren(
      el("h2", { class: "drawer__title", id: "drawer-title", dir: "auto" }, issue.title),
      el("p", { class: "drawer__by" }, avatar(issue.author), el("b", {}, issue.author.name), " opened ", timeAgo(issue.created_at, data.now)),
      labelRow(data.labels),
      description(data, this.#place),
      this.#activity(data),
    );
    this.#body.removeAttribute("aria-busy");
    tintLabels(this.#body);
    this.#body.querySelectorAll("details").forEach((details, index) => { details.open = unfolded[index] ?? details.open; });
  }

  /** Where the issue on show is, and how to draw it anew: what is being edited is let go of. */
  get #place() {
    const redrawn = () => {
      this.#looks = "";
      this.#body.querySelector(".description__editor")?.remove();
      this.refresh();
    };
    return { ...this.#shown, changed: redrawn, redrawn };
  }

  #activity(data) {
    const list = el("ol", { class: `activity activity--${this.#filter}` }, activityItems(data, this.#place));
    const options = [["all", "Show all activity"], ["comments", "Show comments only"], ["history", "Show history only"]];
    const filter = el("select", { class: "select", "aria-label": "Activity to show" }, options.map(([value, text]) => el("option", { value, selected: value === this.#filter }, text)));
    filter.addEventListener("change", () => {
      this.#filter = filter.value;
      list.className = `activity activity--${this.#filter}`;
    });
    return el("section", { "aria-labelledby": "activity-title" }, el("div", { class: "drawer__bar" }, el("h3", { id: "activity-title" }, "Activity"), filter), list);
  }

  #fail(error) {
    if (error instanceof server.Refused && this.#looks === "") {
      const words = error.status === 404 ? "This issue is not here, or the person you view as may not see it." : error.message;
      this.#body.replaceChildren(el("p", { class: "drawer__note", id: "drawer-title" }, words));
    }
    this.wrong(error);
  }

  #click(event) {
    const link = event.target.closest("a[data-iid]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#follow(Number(link.dataset.project), Number(link.dataset.iid));
  }
}

function marks(issue) {
  const open = issue.state === "opened";
  const state = el("span", { class: open ? "badge badge--open" : "badge badge--closed" }, icon(open ? "issue" : "closed"), open ? "Open" : "Closed");
  return issue.confidential ? [state, el("span", { class: "badge badge--warn" }, icon("hidden"), "Confidential")] : [state];
}

function labelRow(labels) {
  return el("p", { class: "drawer__labels" }, labels.length > 0 ? labels.map(labelChip) : el("span", { class: "drawer__none" }, "No labels"));
}
