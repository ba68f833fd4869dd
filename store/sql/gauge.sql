-- How it stands, for metrics and health: cheap enough to be asked every few seconds.

-- Those that may go now, the first of each recipient: their number is bounded by the recipients'.
-- name: gauge_waiting
SELECT priority, MIN(not_before_rel) FROM outbox
WHERE blocked = 0 AND state = 'queued' AND not_before_rel <= $1 GROUP BY priority;

-- name: gauge_jobs
SELECT COUNT(*), MIN(due_ms) FROM job WHERE clock = $1 AND due_ms <= $2;

-- name: gauge_incidents
SELECT state, COUNT(*) FROM incident WHERE state IN ('open', 'acked') GROUP BY state;

-- Messages are never deleted: what was read once need not be read again.
-- name: gauge_messages
SELECT id, line, disposition FROM message WHERE id > $1 ORDER BY id LIMIT $2;

-- name: gauge_message_last
SELECT MAX(id) FROM message;
