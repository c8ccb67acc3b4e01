/** The board page: fetches, draws, moves, and keeps what is on screen true. */

import { spoken } from "./cards.js";
import { el } from "./dom.js";
import { Dragging } from "./drag.js";
import { Drawer } from "./drawer.js";
import { enableKeys } from "./keyboard.js";
import { Live } from "./live.js";
import { openMoveMenu } from "./menu.js";
import { fillSwitch, remembered } from "./people.js";
import { announce, toast } from "./say.js";
import * as server from "./server.js";
import { BoardView } from "./view.js";

const boardId = Number(location.pathname.match(/\/boards\/(\d+)/)?.[1]);
const RETRY_MS = 2000;
const root = document.getElementById("board");
const view = new BoardView(root);
const drawer = new Drawer(document.getElementById("drawer"), { follow: openIssue, closed: drawerClosed, wrong: report });
const drag = new Dragging(root, { dropped: moveCard, ended: () => redraw() });
const live = new Live({ since: () => board?.version ?? 0, heard: hear, lost: () => showLost(true), found });

let board = null;
let fetching = null;
let again = false;
let lost = false;
let undrawn = false;
let moving = 0;
let opener = null;
/** The list each issue left at its last move, by issue id: tells "back to New" from "to New". */
const cameFrom = new Map();

start();

async function start() {
  try {
    if (!(await meetPeople())) return;
  } catch (error) {
    if (!(error instanceof server.Lost || error instanceof server.Refused)) throw error;
    showLost(true);
    setTimeout(start, RETRY_MS);
    return;
  }
  await refresh();
  showIssueOfAddress();
  live.connect();
}

/** Learns who there is, and speaks as the person remembered; false, and says so, if there is nobody. */
async function meetPeople() {
  const people = await server.people();
  const person = remembered(people);
  if (!person) {
    explain("Nobody lives in this world yet, so there is nobody to view the board as.");
    return false;
  }
  server.speakAs(person);
  fillSwitch(people, person, viewAs);
  return true;
}

/** Fetches the board; calls that come meanwhile are answered by one more fetch. */
function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = fetchBoard().finally(() => { fetching = null; });
  return fetching;
}

async function fetchBoard() {
  do {
    again = false;
    try {
      take(await server.board(boardId));
    } catch (error) {
      if (error instanceof server.Refused && error.status === 404) explain("There is no such board here, or the person you view as may not see it.");
      report(error);
    }
  } while (again);
}

/** Makes an answer the board on screen, unless a card is in the air or a move is on its way: then right after. */
function take(next) {
  const before = board;
  if (before && next.version < before.version) return;
  board = next;
  noteTravels(before, next);
  redraw();
}

function redraw() {
  undrawn = drag.busy || moving > 0;
  if (!board || undrawn) return;
  drawFrame();
  view.draw(board);
  root.setAttribute("aria-busy", "false");
}

function drawFrame() {
  const { project } = board;
  document.getElementById("bar").hidden = false;
  document.title = `${board.name} · ${project.name} · stand-in for GitLab`;
  document.getElementById("board-title").textContent = `Issue board: ${board.name}`;
  const steps = [project.namespace, project.name, "Issue boards"].filter(Boolean);
  document.getElementById("crumbs").replaceChildren(...steps.map((step, index) => el("li", { dir: "auto", "aria-current": index === steps.length - 1 ? "page" : null }, step)));
  const tier = document.getElementById("tier");
  tier.textContent = board.tier === "free" ? "Free" : "Premium";
  tier.title = board.tier === "free" ? "On this tier scoped labels do not exclude each other." : "Scoped labels exclude each other.";
  tier.hidden = false;
  const switcher = document.getElementById("switcher");
  if (switcher.dataset.boards === JSON.stringify(board.boards)) return;
  switcher.dataset.boards = JSON.stringify(board.boards);
  switcher.replaceChildren(...board.boards.map((one) => el("option", { value: one.url, selected: one.id === board.id }, one.name)));
}

document.getElementById("switcher").addEventListener("change", (event) => {
  location.assign(`${new URL(event.target.value, location.href).pathname}${location.search}`);
});

/** Remembers where cards came from, and says so when a bot moved one. */
function noteTravels(before, next) {
  if (!before) return;
  const was = listsOfIssues(before);
  for (const [id, { card, list }] of listsOfIssues(next)) {
    const old = was.get(id);
    if (!old || old.list.id === list.id) continue;
    if (card.last_change?.bot && card.last_change.id !== old.card.last_change?.id) tellBotMove(card, list, cameFrom.get(id) === list.id);
    cameFrom.set(id, old.list.id);
  }
}

function tellBotMove(card, list, back) {
  const sentence = `${card.last_change.username} moved #${card.iid} ${back ? "back " : ""}to ${spoken(list)} — see the comment`;
  toast(sentence, { kind: "bot", action: { text: "Open", run: () => openIssue(card.project_id, card.iid) } });
}

function listsOfIssues(one) {
  const found = new Map();
  for (const list of one.lists) for (const card of list.cards) if (!found.has(card.id)) found.set(card.id, { card, list });
  return found;
}

/** Shows a move at once, asks the server for it, and lets the server's answer have the last word. */
async function moveCard({ issue, from, to, above, below }, { byHand = true } = {}) {
  const lists = (id) => board.lists.find((list) => String(list.id) === String(id));
  const [source, target] = [lists(from), lists(to)];
  const card = source.cards.find((one) => one.id === issue);
  if (!card) return;
  shift(card, source, target, above);
  if (source !== target) cameFrom.set(issue, source.id);
  view.draw(board, { quiet: byHand ? String(issue) : null });
  moving += 1;
  try {
    await server.move(boardId, { issue_id: issue, from: source.id, to: target.id, before_id: above ?? undefined, after_id: below ?? undefined });
    announce(`Moved #${card.iid} to ${spoken(target)}.`);
  } catch (error) {
    if (error instanceof server.Refused) toast(`#${card.iid} stays in ${spoken(source)}: ${error.message}`, { kind: "error" });
    report(error);
  } finally {
    moving -= 1;
    await refresh();
    if (undrawn) redraw();
  }
}

/** Moves a card between the lists on screen; the server's own order replaces this a moment later. */
function shift(card, source, target, above) {
  source.cards = source.cards.filter((one) => one !== card);
  source.count -= 1;
  const at = above === null ? 0 : target.cards.findIndex((one) => one.id === above) + 1;
  target.cards = [...target.cards.slice(0, at), card, ...target.cards.slice(at)];
  target.count += 1;
}

function openMenu(element) {
  const id = Number(element.dataset.issue);
  const from = element.closest(".list").dataset.list;
  const card = board.lists.flatMap((list) => list.cards).find((one) => one.id === id);
  openMoveMenu(element.querySelector(".card__more"), card, from, board.lists, async (target) => {
    const below = target.cards[0]?.id ?? null;
    await moveCard({ issue: id, from, to: target.id, above: null, below }, { byHand: false });
    const moved = view.card(id, target.id) ?? view.card(id);
    if (moved) view.focus(moved);
  });
}

function openCard(element) {
  const id = Number(element.dataset.issue);
  const card = board.lists.flatMap((list) => list.cards).find((one) => one.id === id);
  openIssue(card.project_id, card.iid);
}

function openIssue(projectId, iid) {
  if (!drawer.shown) opener = document.activeElement?.closest(".card")?.dataset.issue ?? null;
  writeIssueInAddress(iid);
  drawer.open(projectId, iid);
}

function drawerClosed() {
  writeIssueInAddress(null);
  const card = opener !== null && view.card(opener);
  if (card) card.focus({ preventScroll: true });
  opener = null;
}

function writeIssueInAddress(iid) {
  const address = new URL(location.href);
  if (iid === null) address.searchParams.delete("show");
  else address.searchParams.set("show", iid);
  history.replaceState(history.state, "", address);
}

function showIssueOfAddress() {
  const iid = Number(new URLSearchParams(location.search).get("show"));
  if (iid && board) openIssue(board.project.id, iid);
}

root.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  card.focus({ preventScroll: true });
  if (event.target.closest(".card__more")) openMenu(card);
  else openCard(card);
});
enableKeys(root, view, { open: openCard, menu: openMenu });

function viewAs(person) {
  server.speakAs(person);
  announce(`You now view the board as ${person.name}.`);
  refresh();
  drawer.refresh();
}

function hear(change) {
  if (board && change.version <= board.version && moving === 0) return;
  refresh();
  drawer.hear(change.issue_id);
}

/** After a lost line nothing on screen is certain: a server that was started again has other tokens and counts anew. */
async function found() {
  if (!lost) return;
  showLost(false);
  try {
    if (!(await meetPeople())) return;
  } catch (error) {
    report(error);
    return;
  }
  if (board) board.version = 0;
  await refresh();
  drawer.refresh();
}

/** A refusal has been told where it happened; a server that fails is looked for again. */
function report(error) {
  if (error instanceof server.Lost) {
    showLost(true);
    live.retry();
  } else if (!(error instanceof server.Refused)) throw error;
}

function showLost(is) {
  lost = is;
  document.getElementById("lost").hidden = !is;
}

document.getElementById("try-now").addEventListener("click", () => live.connect());

function explain(sentence) {
  board = null;
  document.getElementById("bar").hidden = true;
  root.setAttribute("aria-busy", "false");
  root.replaceChildren(el("p", { class: "board__note" }, sentence, " ", el("a", { href: "/" }, "Go to the first board")));
}
