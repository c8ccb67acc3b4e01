-- The tables as the first release that had PostgreSQL made them, with something in each. It never changes.
CREATE SCHEMA sounding_board;
SET search_path TO sounding_board;
CREATE TABLE schema_version (version integer NOT NULL, readable_from integer NOT NULL);
INSERT INTO schema_version VALUES (1, 1);
CREATE TABLE subject (key text COLLATE "C" PRIMARY KEY, priority smallint, due_at timestamptz, event_due timestamptz, timer_due timestamptz, not_until timestamptz, first_event_at timestamptz, attempts integer, deliveries jsonb, reason text, token bigint, holder bigint, run_priority smallint, attempt integer, lease_until timestamptz, run_deliveries jsonb, died_at timestamptz, dead_priority smallint, dead_attempts integer, dead_reason text, dead_deliveries jsonb);
CREATE INDEX subject_next ON subject (priority, due_at) WHERE due_at IS NOT NULL AND token IS NULL;
CREATE INDEX subject_running ON subject (holder) WHERE token IS NOT NULL;
CREATE INDEX subject_dead ON subject (died_at) WHERE died_at IS NOT NULL;
CREATE SEQUENCE claim_token;
CREATE TABLE delivery (id text COLLATE "C" PRIMARY KEY, at timestamptz NOT NULL);
CREATE INDEX delivery_age ON delivery (at);
CREATE SEQUENCE holder_id;
CREATE TABLE holder (id bigint PRIMARY KEY, alive_until timestamptz NOT NULL);
CREATE TABLE line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, project text NOT NULL, iid bigint NOT NULL, dry boolean NOT NULL, who text, event_id bigint, moved_at timestamptz, said text NOT NULL);
CREATE INDEX line_of_issue ON line (project, iid, id);
CREATE INDEX line_of_person ON line (who, moved_at, event_id) WHERE moved_at IS NOT NULL;
CREATE INDEX line_age ON line (at);
INSERT INTO subject (key, priority, due_at, event_due, timer_due, first_event_at, attempts, deliveries) VALUES
    ('request:sme/feedback#17', 0, '2026-09-14 08:29Z', '2026-09-14 08:29Z', '9999-01-01Z', '2026-09-14 08:28Z', 0, '["d1"]');
INSERT INTO subject (key, token, holder, run_priority, attempt, lease_until, run_deliveries) VALUES
    ('request:sme/feedback#18', nextval('claim_token'), 1, 0, 1, '2026-09-14 08:45Z', '["d0"]');
INSERT INTO subject (key, died_at, dead_priority, dead_attempts, dead_reason, dead_deliveries) VALUES
    ('request:sme/feedback#19', '2026-09-14 08:00Z', 0, 1, 'GitLab does not let our token do this', '[]');
INSERT INTO delivery VALUES ('d0', '2026-09-14 08:29Z'), ('d1', '2026-09-14 08:28Z');
INSERT INTO line (at, project, iid, dry, said) VALUES
    ('2026-09-14 08:29Z', 'sme/feedback', 17, false, '{"finding": null, "write": null, "note_id": null, "deliveries": ["d0"]}');
