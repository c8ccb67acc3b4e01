// An issue's life with @gitbeaker/rest, as a bot in JavaScript would live it. Prints what it saw as one JSON object.
// Arguments: the hook's address, and the id of somebody who is no member yet. GITLAB_URL and GITLAB_TOKEN say where and who.

import { Gitlab } from '@gitbeaker/rest';

const place = 'sme/customer-feedback';
const [hookUrl, reader] = process.argv.slice(2);
const api = new Gitlab({ host: process.env.GITLAB_URL, token: process.env.GITLAB_TOKEN });
const saw = {};

process.on('uncaughtException', ({ message, cause }) => {
  console.error(message, cause?.response?.status, cause?.request?.method, cause?.request?.url);
  process.exit(1);
});

const refused = async (promise) => {
  try {
    await promise;
    return null;
  } catch (error) {
    return [error.cause?.response?.status, error.cause?.description];
  }
};

saw.version = (await api.Metadata.show()).version;
saw.me = (await api.Users.showCurrentUser()).username;

await api.ProjectLabels.create(place, 'status::new', '#428BCA', { description: 'Not looked at yet' });
const label = await api.ProjectLabels.create(place, 'status::reviewed', 'tomato', { priority: 1 });
await api.ProjectLabels.edit(place, 'status::new', { newName: 'status::filed' });
saw.labels = (await api.ProjectLabels.all(place, { withCounts: true })).map((one) => [one.name, one.color]);

const hook = await api.ProjectHooks.add(place, hookUrl, { issuesEvents: true, noteEvents: true, emojiEvents: true, pushEvents: false });
saw.hooks = (await api.ProjectHooks.all(place)).map((one) => [one.id === hook.id, one.issues_events, one.push_events]);

const board = await api.ProjectIssueBoards.create(place, 'Customer feedback');
await api.ProjectIssueBoards.createList(place, board.id, { labelId: label.id });
saw.lists = (await api.ProjectIssueBoards.allLists(place, board.id)).map((one) => one.label.name);

const milestone = await api.ProjectMilestones.create(place, '19.8', { dueDate: '2027-01-15' });
const issue = await api.Issues.create(place, 'Bulk export', { labels: 'status::filed', milestoneId: milestone.id });
const other = await api.Issues.create(place, 'Export as CSV');
const note = await api.IssueNotes.create(place, issue.iid, 'Which customer?');
await api.IssueNotes.edit(place, issue.iid, note.id, { body: 'Which customers?' });
const thread = await api.IssueDiscussions.create(place, issue.iid, 'A thread.');
await api.IssueDiscussions.addNote(place, issue.iid, thread.id, 'An answer.');
saw.thread = (await api.IssueDiscussions.show(place, issue.iid, thread.id)).notes.map((one) => one.body);
await api.IssueAwardEmojis.award(place, issue.iid, 'thumbsup');
await api.IssueNoteAwardEmojis.award(place, issue.iid, note.id, 'eyes');
await api.IssueLinks.create(place, issue.iid, place, other.iid, { linkType: 'relates_to' });
saw.links = (await api.IssueLinks.all(place, issue.iid)).map((one) => [one.title, one.link_type]);
await api.Issues.edit(place, issue.iid, { addLabels: 'status::reviewed', removeLabels: 'status::filed' });
saw.closed = (await api.Issues.edit(place, issue.iid, { stateEvent: 'close' })).state;
saw.reopened = (await api.Issues.edit(place, issue.iid, { stateEvent: 'reopen' })).state;
await api.Issues.unsubscribe(place, other.iid);
await api.Issues.subscribe(place, other.iid);

const found = await api.Issues.show(issue.iid, { projectId: place });
saw.issue = { labels: found.labels, upvotes: found.upvotes, milestone: found.milestone.title };
saw.notes = (await api.IssueNotes.all(place, issue.iid, { sort: 'asc' })).filter((one) => !one.system).map((one) => one.body);
saw.moves = (await api.IssueLabelEvents.all(place, issue.iid)).map((one) => [one.action, one.label.name]);
saw.states = (await api.IssueStateEvents.all(place, issue.iid)).map((one) => one.state);
saw.people = (await api.Issues.allParticipants(place, issue.iid)).map((one) => one.username);

for (let number = 0; number < 5; number += 1) await api.Issues.create(place, `Request ${number}`);
const order = { projectId: place, perPage: 2, orderBy: 'created_at', sort: 'asc' };
saw.paged = (await api.Issues.all(order)).map((one) => one.title);
saw.keyset = (await api.Issues.all({ ...order, pagination: 'keyset' })).map((one) => one.title);
const { paginationInfo } = await api.Issues.all({ ...order, page: 2, maxPages: 1, showExpanded: true });
saw.pages = [paginationInfo.total, paginationInfo.totalPages, paginationInfo.next, paginationInfo.previous];
saw.filtered = (await api.Issues.all({ projectId: place, not: { labels: 'status::reviewed' }, search: 'Request', iids: [3, 4] })).map((one) => one.title);

await api.ProjectMembers.add(place, 20, { userId: Number(reader) });
saw.level = (await api.ProjectMembers.edit(place, Number(reader), 30)).access_level;
saw.team = (await api.ProjectMembers.all(place, { includeInherited: true })).map((one) => one.username).sort();
await api.ProjectMembers.remove(place, Number(reader));

const token = await api.ProjectAccessTokens.create(place, 'bot', ['api'], '2026-11-01', { accessLevel: 20 });
const bot = new Gitlab({ host: process.env.GITLAB_URL, oauthToken: token.token });
saw.bot = (await bot.Users.showCurrentUser()).bot;
saw.rotated = (await api.ProjectAccessTokens.rotate(place, token.id)).token !== token.token;

await api.Issues.remove(place, other.iid);
saw.gone = await refused(api.Issues.show(other.iid, { projectId: place }));
saw.taken = await refused(api.ProjectLabels.create(place, 'status::filed', '#000000'));
saw.nameless = await refused(api.Issues.create(place, ''));
await api.ProjectLabels.promote(place, label.id);
saw.above = (await api.GroupLabels.all('sme')).map((one) => one.name);
await api.ProjectLabels.remove(place, 'status::filed');
await api.ProjectHooks.remove(place, hook.id);

console.log(JSON.stringify(saw));
