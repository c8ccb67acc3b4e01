/** The stand-in's HTTP as the page uses it. Every call is made as the person chosen in "View as". */

/** The server was reached and said no; `message` is what it said. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The server could not be reached, or it failed. */
export class Lost extends Error {}

let token = null;

/** From now on calls carry this person's token. */
export function speakAs(person) {
  token = person ? person.token : null;
}

async function call(path, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers["PRIVATE-TOKEN"] = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Lost("The server does not answer.");
  }
  const data = await answer.json().catch(() => null);
  if (answer.ok) return data;
  if (answer.status >= 500) throw new Lost(`The server failed (${answer.status}).`);
  throw new Refused(answer.status, words(data) ?? `The server said no (${answer.status}).`);
}

/** GitLab answers `{message}` as text, list or object of lists, or `{error}`. */
function words(data) {
  const said = data?.message ?? data?.error;
  if (said === undefined || said === null) return null;
  if (typeof said === "string") return said;
  if (Array.isArray(said)) return said.join(", ");
  return Object.entries(said).map(([field, faults]) => `${field} ${[].concat(faults).join(", ")}`).join("; ");
}

export const people = () => call("/-/page/people");
export const board = (id) => call(`/-/page/boards/${id}`);
export const move = (boardId, wish) => call(`/-/page/boards/${boardId}/move`, { method: "POST", body: wish });
export const issue = (projectId, iid) => call(`/-/page/issues/${projectId}/${iid}`);
export const describe = (projectId, iid, description) =>
  call(`/api/v4/projects/${projectId}/issues/${iid}`, { method: "PUT", body: { description } });
export const react = (projectId, iid, noteId, name) =>
  call(`/api/v4/projects/${projectId}/issues/${iid}/notes/${noteId}/award_emoji`, { method: "POST", body: { name } });
export const takeBack = (projectId, iid, noteId, awardId) =>
  call(`/api/v4/projects/${projectId}/issues/${iid}/notes/${noteId}/award_emoji/${awardId}`, { method: "DELETE" });
export const comment = (projectId, iid, body, internal) =>
  call(`/api/v4/projects/${projectId}/issues/${iid}/notes`, { method: "POST", body: internal ? { body, internal } : { body } });
