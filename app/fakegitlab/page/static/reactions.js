/** Reactions under a comment: who gave which; a click gives one, or takes one's own back. */

import { el } from "./dom.js";
import { toast } from "./say.js";
import * as server from "./server.js";

const EMOJI = { thumbsup: "👍", thumbsdown: "👎", white_check_mark: "✅", eyes: "👀", warning: "⚠️", question: "❓", heart: "❤️", tada: "🎉" };
const OFFERED = ["thumbsup", "thumbsdown"];

/** The row under a comment; `may` says whether the reader may react, `place` where the issue is and what to do then. */
export function reactionRow(note, may, { projectId, iid, changed }) {
  const there = note.reactions;
  const missing = may ? OFFERED.filter((name) => !there.some((one) => one.name === name)).map((name) => ({ name, people: [], mine: null })) : [];
  if (there.length + missing.length === 0) return null;
  const act = async (one) => {
    try {
      if (one.mine) await server.takeBack(projectId, iid, note.id, one.mine);
      else await server.react(projectId, iid, note.id, one.name);
      changed();
    } catch (error) {
      toast(`Your reaction was not taken: ${error.message}`);
    }
  };
  return el("p", { class: "reactions" }, [...there, ...missing].map((one) => button(one, may, act)));
}

function button(one, may, act) {
  const count = one.people.length;
  const who = count > 0 ? `${one.name}: ${one.people.join(", ")}` : `React with ${one.name}`;
  const shape = `reaction${one.mine ? " reaction--mine" : ""}${count === 0 ? " reaction--offered" : ""}`;
  const words = [EMOJI[one.name] ?? `:${one.name}:`, count > 0 ? ` ${count}` : ""];
  return el("button", { type: "button", class: shape, title: who, "aria-label": who, "aria-pressed": one.mine ? "true" : "false", disabled: !may, onclick: () => act(one) }, words);
}
