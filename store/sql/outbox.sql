-- What is to go out. Whenever a row leaves 'queued' and 'sending' for good, outbox_unblock
-- lets the next one of its recipient and priority move up.

-- name: outbox_insert
INSERT INTO outbox (user_id, party_id, priority, resend, incident_id, message_id, body, created_ms, not_before_rel,
                    expires_rel, state, recipient, need, blocked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12,
        CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.recipient = $11 AND o.priority = $3
                          AND o.state IN ('queued', 'sending')) THEN 1 ELSE 0 END);

-- name: outbox_unblock
UPDATE outbox SET blocked = 0
WHERE id = (SELECT MIN(o.id) FROM outbox o WHERE o.recipient = $1 AND o.priority = $2
            AND o.state IN ('queued', 'sending')) AND blocked = 1;

-- name: outbox_ready
SELECT id, user_id, party_id, priority, resend, incident_id, message_id, body, created_ms, not_before_rel,
       expires_rel, attempts, recipient, need
FROM outbox q
WHERE q.blocked = 0 AND q.state = 'queued' AND q.not_before_rel <= $1 AND q.expires_rel > $1
  AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.ref IS NULL AND s.recipient = q.recipient AND s.line IS NOT NULL
                  AND s.state IN ('sending', 'sent'))
ORDER BY q.priority, q.id;

-- name: outbox_wait
SELECT MIN(not_before_rel) FROM outbox WHERE blocked = 0 AND state = 'queued' AND not_before_rel > $1;

-- name: outbox_take
UPDATE outbox SET state = 'sending', line = $2 WHERE id = $1 AND state = 'queued';

-- name: outbox_place
SELECT recipient, priority, resend, state FROM outbox WHERE id = $1;

-- name: outbox_set_sent
UPDATE outbox SET state = 'sent', ref = $2, sent_ms = $3, attempts = attempts + 1 WHERE id = $1 AND state = 'sending';

-- name: outbox_requeue
UPDATE outbox SET state = 'queued', not_before_rel = $2, cms = $3, attempts = attempts + 1
WHERE id = $1 AND state = 'sending';

-- name: outbox_finish
UPDATE outbox SET state = $2, cms = COALESCE($3, cms) WHERE id = $1 AND state IN ('queued', 'sending');

-- name: outbox_under_way
SELECT id FROM outbox
WHERE ref IS NULL AND line IS NOT NULL AND state IN ('sending', 'sent') ORDER BY id LIMIT 64;

-- name: outbox_overdue
SELECT id, recipient, priority FROM outbox WHERE blocked = 0 AND state = 'queued' AND expires_rel <= $1
LIMIT 256;

-- name: outbox_of_incident
SELECT id, recipient, priority FROM outbox
WHERE incident_id = $1 AND priority <= 1 AND state = 'queued' AND priority = $2 AND recipient <> $3
  AND ($3 <> -1 OR NOT EXISTS (SELECT 1 FROM call_out k WHERE k.incident_id = $1 AND k.user_id = outbox.recipient))
ORDER BY id LIMIT 64;

-- Replies and digests, which nobody cancels often enough for an index.
-- name: outbox_of_incident_low
SELECT id, recipient, priority FROM outbox
WHERE state IN ('queued', 'sending') AND incident_id = $1 AND state = 'queued' AND priority = $2 AND recipient <> $3
LIMIT 64;

-- name: outbox_by_ref
SELECT id FROM outbox
WHERE ref = $2 AND recipient = $3 AND line = $1 AND line IS NOT NULL AND state IN ('sending', 'sent') AND sent_ms >= $4
ORDER BY sent_ms DESC, id DESC LIMIT 1;

-- name: outbox_set_reported
UPDATE outbox SET state = $2, reported_ms = $3 WHERE id = $1;

-- name: outbox_written_party
SELECT COUNT(*) FROM outbox WHERE party_id = $1 AND party_id IS NOT NULL AND created_ms >= $2;

-- name: outbox_written_parties
SELECT COUNT(*) FROM outbox WHERE party_id IS NOT NULL AND created_ms >= $1;

-- name: outbox_count_live
SELECT state, priority, COUNT(*) FROM outbox WHERE state IN ('queued', 'sending') GROUP BY state, priority;

-- Read back from the end until all is older.
-- name: outbox_backwards
SELECT created_ms, state FROM outbox ORDER BY id DESC;
