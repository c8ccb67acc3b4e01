# frozen_string_literal: true

# An issue's life with ruby-gitlab, as a bot in Ruby would live it. Prints what it saw as one JSON object.
# The endpoint and the token come from GITLAB_API_ENDPOINT and GITLAB_API_PRIVATE_TOKEN, as the gem reads them.

require 'gitlab'
require 'json'

PLACE = 'sme/customer-feedback'
hook_url = ARGV.fetch(0)
reader = ARGV.fetch(1).to_i
saw = { version: Gitlab.version.version, me: Gitlab.user.username }

Gitlab.create_label(PLACE, 'status::new', '#428BCA', description: 'Not looked at yet')
label = Gitlab.create_label(PLACE, 'status::reviewed', '#6699cc')
Gitlab.edit_label(PLACE, 'status::new', new_name: 'status::filed')
Gitlab.subscribe_to_label(PLACE, label.id)
saw[:labels] = Gitlab.labels(PLACE).map(&:name)

hook = Gitlab.add_project_hook(PLACE, hook_url, issues_events: 1, note_events: 1, push_events: 0)
Gitlab.edit_project_hook(PLACE, hook.id, hook_url, issues_events: true, note_events: true, emoji_events: true)
saw[:hooks] = Gitlab.project_hooks(PLACE).map { |one| [one.issues_events, one.note_events, one.push_events] }

board = Gitlab.create_board(PLACE, 'Customer feedback')
column = Gitlab.create_board_list(PLACE, board.id, label.id)
saw[:lists] = Gitlab.board_lists(PLACE, board.id).map { |one| one.label.name }
Gitlab.delete_board_list(PLACE, board.id, column.id)

milestone = Gitlab.create_milestone(PLACE, '19.8', due_date: '2027-01-15')
Gitlab.edit_milestone(PLACE, milestone.id, state_event: 'close')
Gitlab.edit_milestone(PLACE, milestone.id, state_event: 'activate')

issue = Gitlab.create_issue(PLACE, 'Bulk export', labels: 'status::filed', milestone_id: milestone.id)
other = Gitlab.create_issue(PLACE, 'Export as CSV')
note = Gitlab.create_issue_note(PLACE, issue.iid, 'Which customer?')
Gitlab.edit_issue_note(PLACE, issue.iid, note.id, 'Which customers?')
Gitlab.create_award_emoji(PLACE, issue.iid, 'issue', 'thumbsup')
Gitlab.create_note_award_emoji(PLACE, issue.iid, 'issue', note.id, 'eyes')
Gitlab.create_issue_link(PLACE, issue.iid, Gitlab.project(PLACE).id, other.iid)
saw[:links] = Gitlab.issue_links(PLACE, issue.iid).map(&:title)
Gitlab.edit_issue(PLACE, issue.iid, add_labels: 'status::reviewed', remove_labels: 'status::filed')
saw[:closed] = Gitlab.close_issue(PLACE, issue.iid).state
saw[:reopened] = Gitlab.reopen_issue(PLACE, issue.iid).state
Gitlab.unsubscribe_from_issue(PLACE, other.iid)
Gitlab.subscribe_to_issue(PLACE, other.iid)

found = Gitlab.issue(PLACE, issue.iid)
saw[:issue] = { labels: found.labels, upvotes: found.upvotes, milestone: found.milestone.title }
saw[:notes] = Gitlab.issue_notes(PLACE, issue.iid).reject(&:system).map(&:body)
saw[:moves] = Gitlab.issue_label_events(PLACE, issue.iid).map { |one| [one.action, one.label.name] }
saw[:states] = Gitlab.issue_state_events(PLACE, issue.iid).map(&:state)
saw[:people] = Gitlab.participants_on_issue(PLACE, issue.iid).map(&:username)

5.times { |number| Gitlab.create_issue(PLACE, "Request #{number}") }
saw[:paged] = Gitlab.issues(PLACE, per_page: 2, order_by: 'created_at', sort: 'asc').auto_paginate.map(&:title)
saw[:filtered] = Gitlab.issues(PLACE, labels: 'status::reviewed').map(&:title)

Gitlab.add_team_member(PLACE, reader, 20)
saw[:level] = Gitlab.edit_team_member(PLACE, reader, 30).access_level
saw[:team] = Gitlab.all_members(PLACE).map(&:username).sort
Gitlab.remove_team_member(PLACE, reader)

Gitlab.delete_issue(PLACE, other.iid)
saw[:gone] = begin
  Gitlab.issue(PLACE, other.iid)
rescue Gitlab::Error::NotFound => e
  e.response_message
end
saw[:taken] = begin
  Gitlab.create_label(PLACE, 'status::filed', '#000000')
rescue Gitlab::Error::Conflict => e
  e.response_message
end
Gitlab.delete_label(PLACE, label.id)
Gitlab.delete_project_hook(PLACE, hook.id)

puts JSON.generate(saw)
