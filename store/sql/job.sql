-- Everything due.

-- name: job_upsert
INSERT INTO job (kind, key, clock, due_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, key) DO UPDATE SET clock = excluded.clock, due_ms = excluded.due_ms, tries = 0;

-- name: job_remove
DELETE FROM job WHERE kind = $1 AND key = $2;

-- name: job_first
SELECT id, kind, key, clock, due_ms, tries FROM job WHERE clock = $1 ORDER BY due_ms, id LIMIT 1;

-- name: job_delete
DELETE FROM job WHERE id = $1 AND due_ms = $2;

-- name: job_delete_any
DELETE FROM job WHERE id = $1;

-- name: job_move
UPDATE job SET due_ms = due_ms + $2, tries = tries + 1 WHERE id = $1;

-- name: job_keys
SELECT key FROM job WHERE kind = $1 AND key > $2 ORDER BY key LIMIT 64;
