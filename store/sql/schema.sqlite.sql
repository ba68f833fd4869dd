-- The schema of the SQLite engine, version 1; migrate.N.sql lead on from it, for a new file too, so
-- that each step is walked at every start of an empty box. Times are UTC milliseconds; columns that end
-- in _rel are service time (see gateway/desk/now.h), which never jumps. A second engine
-- has its own schema file; the queries are shared.
-- References are declared where people or an incident depend on them. Each costs a lookup at
-- every insert, so rows that only note where they come from (audit, outbox, a message's
-- incident) do without: no row but a job or an invite is ever deleted.
-- Nobody but a user of the service has a row with a name or a number in clear: everyone
-- else is a party, sealed, found by a keyed hash.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- A user of the service, mirrored from the roster or come by DK. phone is NULL once off the roster.
CREATE TABLE "user" (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    phone      TEXT    UNIQUE,
    role       TEXT    NOT NULL,
    places     TEXT    NOT NULL,          -- codes joined by one space, '' = all
    pin_hash   TEXT,
    active     INTEGER NOT NULL DEFAULT 1,
    stopped    INTEGER NOT NULL DEFAULT 0, -- said NGUNG
    source     TEXT    NOT NULL DEFAULT 'roster', -- or 'dk': a roster without him leaves him
    since_ms   BIGINT  NOT NULL
);

-- An invite made at the console; deleted once used or run out. hash: keyed hash of its digits.
CREATE TABLE invite (
    id          INTEGER PRIMARY KEY,
    hash        BLOB   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    places      TEXT   NOT NULL,
    expires_rel BIGINT NOT NULL
);

-- Wrong codes of a stranger's DK in the day that began at since_rel; deleted afterwards.
CREATE TABLE invite_guess (
    party_id  BIGINT  PRIMARY KEY REFERENCES party (id),
    wrong     INTEGER NOT NULL,
    since_rel BIGINT  NOT NULL
);

-- domain 'sender': an unknown number; domain 'tip': whoever sent a TIN, kept apart so that
-- a tip can not be joined with the same person's other messages.
CREATE TABLE party (
    id         INTEGER PRIMARY KEY,
    domain     TEXT   NOT NULL,
    hash       BLOB   NOT NULL UNIQUE,    -- keyed hash of domain and number; random once erased
    sealed     BLOB,                      -- the number, encrypted; NULL once erased
    stopped    INTEGER NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL,           -- start of the day, and id at random: neither tells who came together
    erased_ms  BIGINT
);

-- A part as it came. key: keyed hash of line, sender, time stamp, reference, number, body; it
-- begins with the time stamp, so that its index grows at one end. The body of a corrupt part is
-- sealed: a raw PDU has its sender's number in it.
CREATE TABLE part (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE,
    line        TEXT    NOT NULL,
    group_key   BLOB,                     -- NULL for a single part
    party_id    BIGINT REFERENCES party (id), -- only while the message waits for other parts
    ref         INTEGER NOT NULL,
    ref_bits    INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    coding      INTEGER NOT NULL,
    corrupt     INTEGER NOT NULL,
    smsc_ms     BIGINT  NOT NULL,
    received_ms BIGINT  NOT NULL,
    body        BLOB    NOT NULL,
    message_id  BIGINT REFERENCES message (id)
);
CREATE INDEX part_group ON part (group_key) WHERE group_key IS NOT NULL;

-- A message, joined. user_id for a roster number (never for a tip), else party_id; both
-- NULL when the sender was no number. Every message has a disposition.
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    line        TEXT    NOT NULL,
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    sender_kind INTEGER NOT NULL,         -- enum address_kind
    received_ms BIGINT  NOT NULL,
    received_rel BIGINT NOT NULL,
    smsc_ms     BIGINT  NOT NULL,
    body        TEXT    NOT NULL,         -- UTF-8 as it came
    form        TEXT    NOT NULL,         -- form name or 'none'
    disposition TEXT    NOT NULL,         -- enum disposition, by name
    incident_id BIGINT,                   -- the incident refers to its message: one of the two is enough
    text_key    BIGINT                    -- keyed hash of sender and folded text; NULL: never a resend
);
CREATE INDEX message_text ON message (text_key) WHERE text_key IS NOT NULL; -- at random: kept narrow

CREATE TABLE incident (
    id           INTEGER PRIMARY KEY,
    code         TEXT    NOT NULL,
    code_held    INTEGER NOT NULL DEFAULT 1, -- 0 once the code may be drawn again
    form         TEXT    NOT NULL,        -- 'incident', 'sos', 'tip'
    kind         TEXT    NOT NULL,
    place        TEXT,                    -- NULL: not known
    severity     INTEGER NOT NULL,
    restricted   INTEGER NOT NULL,
    unverified   INTEGER NOT NULL,        -- the reporter is not on the roster
    text         TEXT    NOT NULL,
    when_ms      BIGINT,
    user_id      BIGINT REFERENCES "user" (id),
    party_id     BIGINT REFERENCES party (id),
    message_id   BIGINT REFERENCES message (id),
    created_ms   BIGINT  NOT NULL,
    state        TEXT    NOT NULL,        -- 'open', 'acked', 'closed', 'cancelled'
    acked_by     BIGINT REFERENCES "user" (id),
    acked_ms     BIGINT,
    closed_by    BIGINT REFERENCES "user" (id),
    closed_ms    BIGINT,
    outcome      TEXT,
    alert_step   INTEGER NOT NULL DEFAULT 0,
    contact_id   BIGINT REFERENCES party (id), -- a borrowed phone: whom to answer, sealed
    joinable     INTEGER NOT NULL DEFAULT 0 -- under way and not restricted: other reports may join it
);
CREATE UNIQUE INDEX incident_code ON incident (code) WHERE code_held = 1;
CREATE INDEX incident_live ON incident (severity DESC, created_ms) WHERE state IN ('open', 'acked');
CREATE INDEX incident_created ON incident (created_ms);
CREATE INDEX incident_join ON incident (kind, place, created_ms)
    WHERE state IN ('open', 'acked') AND joinable = 1;

-- One event, many reports: those that joined an incident after its first.
CREATE TABLE report (
    id          INTEGER PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    message_id  BIGINT REFERENCES message (id),
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    at_ms       BIGINT NOT NULL,
    text        TEXT   NOT NULL
);
CREATE INDEX report_incident ON report (incident_id);

-- Who changed what, when, from which message: also an incident's history. Never a number.
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    user_id     BIGINT, -- NULL: the service, or a party
    action      TEXT   NOT NULL,
    incident_id BIGINT,
    message_id  BIGINT,
    detail      TEXT   NOT NULL
);
CREATE INDEX audit_incident ON audit (incident_id) WHERE incident_id IS NOT NULL;

-- Who was alerted to an incident, so that XEM, NHAN and notices know whom it concerns.
CREATE TABLE concern (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    step        INTEGER NOT NULL,
    onscene_ms  BIGINT,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;

-- Effects are intentions: only the sender takes rows from here to a line. recipient is
-- user_id, or -party_id. blocked: an earlier row of the same recipient and priority is queued
-- or sending; so the rows that may go are found without looking at those that wait behind them.
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY,
    user_id        BIGINT REFERENCES "user" (id),
    party_id       BIGINT REFERENCES party (id),
    priority       INTEGER NOT NULL,      -- 0 SOS, 1 alert, 2 reply, 3 digest
    resend         INTEGER NOT NULL,      -- 1: sent again when it was under way at a crash
    incident_id    BIGINT,
    message_id     BIGINT,
    body           TEXT    NOT NULL,
    created_ms     BIGINT  NOT NULL,
    not_before_rel BIGINT  NOT NULL,      -- its back-off included
    expires_rel    BIGINT  NOT NULL,
    state          TEXT    NOT NULL,      -- queued sending sent delivered failed expired cancelled uncertain
    line           TEXT,
    attempts       INTEGER NOT NULL DEFAULT 0,
    recipient      BIGINT  NOT NULL,
    blocked        INTEGER NOT NULL,
    ref            INTEGER,
    cms            INTEGER,
    sent_ms        BIGINT,
    reported_ms    BIGINT
);
-- A partial index costs its condition at every insert: the cheapest term first, and no list
-- of more than two (SQLite builds a temporary table for it each time). Each ends in the rowid,
-- which is the id, by itself.
-- outbox_head has at most four rows a recipient, and the desk bounds the recipients: it is
-- walked whole for what may go, what expires and when the next one may go.
CREATE INDEX outbox_head ON outbox (priority, id, not_before_rel, expires_rel, recipient)
    WHERE blocked = 0 AND state = 'queued';
CREATE INDEX outbox_live ON outbox (recipient, priority) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_sent ON outbox (ref, recipient) WHERE line IS NOT NULL AND state IN ('sending', 'sent');
CREATE INDEX outbox_incident ON outbox (incident_id)
    WHERE priority <= 1 AND incident_id IS NOT NULL AND state = 'queued';
CREATE INDEX outbox_party ON outbox (created_ms, party_id) WHERE party_id IS NOT NULL; -- the desk allows few an hour

-- Everything due. clock: 0 service time, 1 wall time.
CREATE TABLE job (
    id     INTEGER PRIMARY KEY,
    kind   TEXT    NOT NULL,
    key    TEXT    NOT NULL,              -- incident id, group key in hex, …
    clock  INTEGER NOT NULL,
    due_ms BIGINT  NOT NULL,
    tries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
CREATE INDEX job_due ON job (clock, due_ms);

CREATE TABLE attendance (
    id        INTEGER PRIMARY KEY,
    user_id   BIGINT NOT NULL REFERENCES "user" (id),
    place     TEXT   NOT NULL,
    night     TEXT   NOT NULL,            -- '2026-11-12': the date the shift began
    in_ms     BIGINT NOT NULL,
    out_ms    BIGINT,
    message_id BIGINT REFERENCES message (id)
);
CREATE INDEX attendance_open ON attendance (user_id) WHERE out_ms IS NULL;
CREATE INDEX attendance_night ON attendance (night);

-- What was asked back and waits for an answer: one open question a number. recipient is user_id, or
-- -party_id.
CREATE TABLE question (
    id          INTEGER PRIMARY KEY,
    recipient   BIGINT NOT NULL,
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    incident_id BIGINT REFERENCES incident (id),
    field       TEXT   NOT NULL,          -- 'place', 'kind', 'cancel'
    choices     TEXT   NOT NULL,          -- codes joined by one space
    asked_ms    BIGINT NOT NULL,
    state       TEXT   NOT NULL           -- 'open', 'answered', 'expired', 'replaced'
);
CREATE UNIQUE INDEX question_open ON question (recipient) WHERE state = 'open';

-- What the teams did, by form and place.
CREATE TABLE activity (
    id         INTEGER PRIMARY KEY,
    form       TEXT   NOT NULL,
    place      TEXT   NOT NULL,           -- '' = none
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    message_id BIGINT REFERENCES message (id),
    at_ms      BIGINT NOT NULL,
    slots      TEXT   NOT NULL,           -- '25 3', 'THANH'
    text       TEXT   NOT NULL
);
CREATE INDEX activity_place ON activity (form, place, at_ms);

-- The last that a line said of itself.
CREATE TABLE line_state (
    line         TEXT PRIMARY KEY,
    state        TEXT    NOT NULL,        -- 'up', 'down'
    signal_dbm   INTEGER NOT NULL,
    registration INTEGER NOT NULL,
    sim          INTEGER NOT NULL,
    sim_used     INTEGER NOT NULL,
    sim_total    INTEGER NOT NULL,
    operator     TEXT    NOT NULL,
    smsc         TEXT    NOT NULL,
    balance      TEXT    NOT NULL,        -- the operator's words, numbers masked
    balance_ms   BIGINT  NOT NULL,
    seen_ms      BIGINT  NOT NULL
);
