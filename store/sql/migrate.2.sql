-- From schema 1 to 2: what it takes to act on a report (rota, attendance, digests, calendar,
-- courier). Rules as in schema.sqlite.sql.

-- service time knows its boot
UPDATE meta SET key = 'service_time' WHERE key = 'service_ms';

-- The balance as it was understood: -1 and 0 when it was not.
ALTER TABLE line_state ADD COLUMN balance_dong BIGINT NOT NULL DEFAULT -1;
ALTER TABLE line_state ADD COLUMN balance_until BIGINT NOT NULL DEFAULT 0;

-- budget -------------------------------------------------------------------------------

-- 0: may wait or be left out when the budget is short; 1: up to the last message of the month; 2: always.
ALTER TABLE outbox ADD COLUMN need INTEGER NOT NULL DEFAULT 0;

-- What was handed to a line, by the date of the calendar ("2026-11-12"), and what was not.
CREATE TABLE sms_day (
    day     TEXT    PRIMARY KEY,
    urgent  INTEGER NOT NULL,             -- SOS and alerts
    other   INTEGER NOT NULL,
    dropped INTEGER NOT NULL,             -- over the budget
    held    INTEGER NOT NULL              -- until another day
) WITHOUT ROWID;

-- What is no alert, by recipient (user_id, or -party_id); days gone by are deleted.
CREATE TABLE sms_user_day (
    day       TEXT    NOT NULL,
    recipient BIGINT  NOT NULL,
    sent      INTEGER NOT NULL,
    PRIMARY KEY (day, recipient)
) WITHOUT ROWID;

-- SOS: the village is only where its reporter was last.
ALTER TABLE incident ADD COLUMN place_last INTEGER NOT NULL DEFAULT 0;

-- The second look at alerts: service time of its last alarm.
ALTER TABLE incident ADD COLUMN alarm_rel BIGINT;

-- Strangers: kept, and not alerted one by one in a flood.
ALTER TABLE incident ADD COLUMN held INTEGER NOT NULL DEFAULT 0;

-- Who was called out to an incident by DIEU, by whom: the caller is told how many came.
CREATE TABLE call_out (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    by_id       BIGINT NOT NULL REFERENCES "user" (id),
    called_ms   BIGINT NOT NULL,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;

-- Attendance: how a row came about, what was undone or never closed, its corrections; patrols; shifts watched.
ALTER TABLE attendance ADD COLUMN how TEXT NOT NULL DEFAULT 'text';    -- 'text', 'call', 'patrol', 'leader'
ALTER TABLE attendance ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0; -- 1 = RA never came, the service closed it
ALTER TABLE attendance ADD COLUMN void_ms BIGINT;                      -- undone: it counts no more
CREATE INDEX attendance_place ON attendance (place, night);
CREATE INDEX attendance_user ON attendance (user_id, in_ms);

-- Every change after the fact: who, when, what it was and what it is.
CREATE TABLE attendance_change (
    id            INTEGER PRIMARY KEY,
    attendance_id BIGINT NOT NULL REFERENCES attendance (id),
    user_id       BIGINT NOT NULL REFERENCES "user" (id), -- who changed it
    at_ms         BIGINT NOT NULL,
    what          TEXT   NOT NULL,        -- 'in', 'out', 'undo_in', 'undo_out', 'add'
    old_ms        BIGINT,
    new_ms        BIGINT,
    message_id    BIGINT REFERENCES message (id)
);
CREATE INDEX attendance_change_of ON attendance_change (attendance_id);

-- TUAN BD to TUAN KT.
CREATE TABLE patrol (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT  NOT NULL REFERENCES "user" (id), -- who reported it
    place      TEXT    NOT NULL,
    night      TEXT    NOT NULL,
    people     INTEGER NOT NULL,          -- as reported, 0 = not said
    start_ms   BIGINT  NOT NULL,
    end_ms     BIGINT,
    forgotten  INTEGER NOT NULL DEFAULT 0,
    message_id BIGINT REFERENCES message (id)
);
CREATE INDEX patrol_open ON patrol (user_id) WHERE end_ms IS NULL;
CREATE INDEX patrol_place ON patrol (place, night);

-- One shift of one village: what was said of it, each once.
CREATE TABLE shift_watch (
    id          INTEGER PRIMARY KEY,
    place       TEXT    NOT NULL,
    begin_ms    BIGINT  NOT NULL,
    end_ms      BIGINT  NOT NULL,
    night       TEXT    NOT NULL,
    step        INTEGER NOT NULL DEFAULT 0, -- done: 1 the members' turn, 2 the leader's, 3 the officer's, 4 ended
    step_ms     BIGINT  NOT NULL,        -- when
    told        INTEGER NOT NULL DEFAULT 0, -- who had to be told: bits 1 the members, 2 the leader, 4 the officer
    UNIQUE (place, begin_ms)
);
CREATE INDEX shift_watch_night ON shift_watch (night);

-- codes and menus ----------------------------------------------------------------------

-- The menu that is open on a user's phone, by SMS: one a user, deleted when it ends or times out.
CREATE TABLE session (
    user_id     BIGINT PRIMARY KEY REFERENCES "user" (id),
    state       TEXT   NOT NULL,          -- the screen, as gateway/desk/menu.h writes it
    touched_rel BIGINT NOT NULL
);

-- Wrong PINs behind codes, by user; 0: of all together.
CREATE TABLE pin_try (
    who        BIGINT  PRIMARY KEY,
    wrong      INTEGER NOT NULL,
    since_rel  BIGINT  NOT NULL,          -- of the first of them
    locked_rel BIGINT  NOT NULL           -- no PIN counts before this
);

-- Courier: what goes out by other ways than a modem, through the courier child. A row of kind
-- 'spare' is a text of the outbox (outbox_id) that goes through a provider: it has no body, and no
-- number ever stands here. Bodies are emptied when a row is done or dropped, rows go 30 days after.
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL,         -- 'webhook', 'mail', 'spare'
    target      TEXT    NOT NULL,         -- a webhook's name, a mail's recipient, 'spare'
    event_id    TEXT    NOT NULL,         -- stable over all tries: webhook-id, Message-ID
    event       TEXT    NOT NULL,         -- 'incident.created', …
    incident_id BIGINT,
    outbox_id   BIGINT,
    subject     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_ms  BIGINT  NOT NULL,
    expires_rel BIGINT  NOT NULL,         -- given up when a try fails after this
    next_rel    BIGINT  NOT NULL,         -- its back-off included
    state       TEXT    NOT NULL,         -- queued sending done dead dropped
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT    NOT NULL DEFAULT '', -- of the last try
    ended_ms    BIGINT
);
CREATE UNIQUE INDEX delivery_event ON delivery (event_id, kind, target);
CREATE INDEX delivery_due ON delivery (next_rel, id) WHERE state = 'queued';
CREATE INDEX delivery_sending ON delivery (id) WHERE state = 'sending';
CREATE INDEX delivery_dead ON delivery (id) WHERE state = 'dead';
CREATE INDEX delivery_incident ON delivery (incident_id) WHERE state IN ('queued', 'dead') AND incident_id IS NOT NULL;
CREATE INDEX delivery_ended ON delivery (ended_ms) WHERE ended_ms IS NOT NULL;

-- Courier: what is wrong with the machinery (a line down, a SIM dead), from when it began until
-- it is mended; told_ms: when somebody was told.
CREATE TABLE trouble (
    what     TEXT   PRIMARY KEY,          -- 'line gsm1', 'credit gsm1'
    text     TEXT   NOT NULL,             -- plain words, unaccented
    since_ms BIGINT NOT NULL,
    told_ms  BIGINT
);

-- Alerts that climb: the last alert to each officer and whether any of them came to his phone; phones that
-- are known to be off; an incident that was taken and stands still; who asked to take one over.
ALTER TABLE concern ADD COLUMN told_rel BIGINT;   -- service time of the last alert
ALTER TABLE concern ADD COLUMN outbox_id BIGINT;  -- its row
ALTER TABLE concern ADD COLUMN reached_ms BIGINT; -- the first delivery report
ALTER TABLE "user" ADD COLUMN away_rel BIGINT;    -- the last report that said so; NULL: delivered, or none came
ALTER TABLE incident ADD COLUMN still_asks INTEGER NOT NULL DEFAULT 0;
CREATE TABLE handover (
    incident_id BIGINT PRIMARY KEY REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id), -- who wants it
    from_id     BIGINT NOT NULL REFERENCES "user" (id), -- who had it
    asked_ms    BIGINT NOT NULL,
    state       TEXT   NOT NULL                         -- 'open', 'yes', 'no', 'late'
);
-- The calendar: what was said of an item, a village and a period, each step once.
CREATE TABLE reminder (
    item   TEXT    NOT NULL,
    place  TEXT    NOT NULL,               -- '' = the office
    period TEXT    NOT NULL,               -- '2026-11', '2026-W46'
    step   INTEGER NOT NULL,               -- 0 reminded, 1 reminded again, 2 told that it is overdue
    at_ms  BIGINT  NOT NULL,
    PRIMARY KEY (item, place, period, step)
) WITHOUT ROWID;

-- TONGTIN: how many tips of a month came by other ways. Its history is in the audit.
CREATE TABLE tip_total (
    month   TEXT PRIMARY KEY,              -- '2026-11'
    total   INTEGER NOT NULL,
    user_id BIGINT  NOT NULL REFERENCES "user" (id),
    at_ms   BIGINT  NOT NULL
);

-- Response times: when the first alert of an incident was handed to the network.
ALTER TABLE incident ADD COLUMN alert_sent_ms BIGINT;
