-- From schema 2 to 3: what keeps it all safe (evidence, retention, backups). Rules as in
-- schema.sqlite.sql.

-- vault: each row of the audit is linked to the one before it by a keyed hash; store/chain.c links the rows
-- that are there already, at the first open.
ALTER TABLE audit ADD COLUMN chain BLOB;
INSERT INTO meta (key, value) VALUES ('audit_anchor', 'begin');

-- lost phones --------------------------------------------------------------------------

-- A phone that was lost (KHOA, tinbao roster revoke): no roster and no invite brings it back. Known by a
-- keyed hash: its user's row has no number any more.
CREATE TABLE revoked (
    phone_hash BLOB   PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    at_ms      BIGINT NOT NULL
);

-- Who said that this user's phone is lost, until a second one says so or its time is over.
CREATE TABLE revoke_ask (
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    by_id       BIGINT NOT NULL REFERENCES "user" (id),
    asked_ms    BIGINT NOT NULL,
    expires_rel BIGINT NOT NULL,
    PRIMARY KEY (user_id, by_id)
) WITHOUT ROWID;
CREATE INDEX revoke_ask_who ON revoke_ask (by_id);
-- tips: kept apart -----------------------------------------------------------------------
-- The sender of a part that waits for others is sealed in its own row: a party would stay (party_id: such rows
-- of before). corrupt: 2 = sound, and its body sealed while it waits. tip_id: it belongs to a tip of this party,
-- and at its erasure gets a key without the number in it.
ALTER TABLE part ADD COLUMN sender BLOB;
ALTER TABLE part ADD COLUMN tip_id BIGINT;
CREATE INDEX part_tip ON part (tip_id) WHERE tip_id IS NOT NULL;
ALTER TABLE party ADD COLUMN used_rel BIGINT; -- of a tip's: service time, of the day of the last one
CREATE INDEX party_tip ON party (id) WHERE domain = 'tip' AND sealed IS NOT NULL;

-- Texts of tips, sealed to a key whose secret half is not on this box (tips.seal_to).
CREATE TABLE tip_box (
    id          INTEGER PRIMARY KEY,
    incident_id BIGINT REFERENCES incident (id), -- NULL: not known to belong to any
    what        TEXT   NOT NULL,           -- 'tip', 'more', 'rest' (without its beginning), 'failed'
    at_ms       BIGINT NOT NULL,
    box         BLOB   NOT NULL
);
