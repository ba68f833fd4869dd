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
