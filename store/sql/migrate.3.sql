-- From schema 2 to 3: what keeps it all safe (evidence, retention, backups). Rules as in
-- schema.sqlite.sql.

-- vault: each row of the audit is linked to the one before it by a keyed hash; store/chain.c links the rows
-- that are there already, at the first open.
ALTER TABLE audit ADD COLUMN chain BLOB;
INSERT INTO meta (key, value) VALUES ('audit_anchor', 'begin');
