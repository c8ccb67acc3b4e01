-- The inbox's file as the first release made it, with something in each table. It never changes.
CREATE TABLE waiting (key TEXT PRIMARY KEY, priority INTEGER NOT NULL, due_at INTEGER NOT NULL, event_due INTEGER NOT NULL, timer_due INTEGER NOT NULL, not_until INTEGER, first_event_at INTEGER, attempts INTEGER NOT NULL, deliveries TEXT NOT NULL, reason TEXT) STRICT;
CREATE INDEX waiting_next ON waiting (priority, due_at);
CREATE TABLE running (token INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, priority INTEGER NOT NULL, attempt INTEGER NOT NULL, lease_until INTEGER NOT NULL, deliveries TEXT NOT NULL) STRICT;
CREATE TABLE dead (key TEXT PRIMARY KEY, priority INTEGER NOT NULL, died_at INTEGER NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, deliveries TEXT NOT NULL) STRICT;
CREATE TABLE delivery (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_age ON delivery (at);
CREATE TABLE pulse (id INTEGER PRIMARY KEY, beats INTEGER NOT NULL) STRICT;
INSERT INTO pulse (id, beats) VALUES (1, 0);
INSERT INTO waiting (key, priority, due_at, event_due, timer_due, first_event_at, attempts, deliveries) VALUES
    ('request:sme/feedback#17', 0, 1789374540000000, 1789374540000000, 253370764800000000, 1789374480000000, 0, '["d1"]');
INSERT INTO running (key, priority, attempt, lease_until, deliveries) VALUES
    ('request:sme/feedback#18', 0, 1, 1789375500000000, '["d0"]');
INSERT INTO dead (key, priority, died_at, attempts, reason, deliveries) VALUES
    ('request:sme/feedback#19', 0, 1789372800000000, 1, 'GitLab does not let our token do this', '[]');
INSERT INTO delivery (id, at) VALUES ('d0', 1789374540000000), ('d1', 1789374480000000);
PRAGMA user_version = 1;
