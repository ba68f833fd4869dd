-- The courier's queue, and what is wrong with the machinery.

-- name: delivery_insert
INSERT INTO delivery (kind, target, event_id, event, incident_id, outbox_id, subject, body, created_ms, expires_rel,
                      next_rel, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'queued')
ON CONFLICT (event_id, kind, target) DO NOTHING;

-- name: delivery_ready
SELECT id, kind, target, event_id, event, incident_id, outbox_id, subject, body, created_ms, expires_rel, next_rel,
       attempts, state, error
FROM delivery WHERE state = 'queued' AND next_rel <= $1 ORDER BY next_rel, id LIMIT $2;

-- name: delivery_by_id
SELECT id, kind, target, event_id, event, incident_id, outbox_id, subject, body, created_ms, expires_rel, next_rel,
       attempts, state, error
FROM delivery WHERE id = $1;

-- name: delivery_wait
SELECT MIN(next_rel) FROM delivery WHERE state = 'queued' AND next_rel >= $1;

-- Texts of the outbox that wait for the courier: given back to the modems when it is not there.
-- name: delivery_spares
SELECT id, outbox_id FROM delivery WHERE state = 'queued' AND kind = 'spare' ORDER BY next_rel, id LIMIT $1;

-- name: delivery_take
UPDATE delivery SET state = 'sending' WHERE id = $1 AND state = 'queued';

-- name: delivery_requeue
UPDATE delivery SET state = 'queued', next_rel = $2, error = $3, attempts = attempts + 1
WHERE id = $1 AND state = 'sending';

-- name: delivery_finish
UPDATE delivery SET state = $2, error = $3, ended_ms = $4, attempts = attempts + 1,
       body = CASE WHEN $2 = 'dead' THEN body ELSE '' END
WHERE id = $1 AND state IN ('queued', 'sending');

-- What was in the courier's hands when it died is given again, without a try counted. A text of the
-- outbox that is 'sending' through the spare line goes back to its queue by itself (outbox_recover).
-- name: delivery_recover
UPDATE delivery SET state = 'queued', next_rel = $1 WHERE state = 'sending';

-- name: delivery_drop_spares
UPDATE delivery SET state = 'dropped', ended_ms = $1
WHERE state = 'sending' AND kind = 'spare'
  AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = delivery.outbox_id AND o.state = 'sending');

-- name: delivery_drop_waiting_spares
UPDATE delivery SET state = 'dropped', ended_ms = $1
WHERE state = 'queued' AND kind = 'spare'
  AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = delivery.outbox_id AND o.state = 'sending');

-- name: delivery_drop
UPDATE delivery SET state = 'dropped', body = '', ended_ms = $2 WHERE id = $1 AND state IN ('queued', 'sending');

-- A target that was down takes again: what waits for it goes now.
-- name: delivery_wake
UPDATE delivery SET next_rel = $3 WHERE state = 'queued' AND next_rel > $3 AND kind = $1 AND target = $2;

-- name: delivery_withdraw
UPDATE delivery SET state = 'dropped', body = '', subject = '', ended_ms = $2
WHERE incident_id = $1 AND state IN ('queued', 'dead') AND incident_id IS NOT NULL AND kind <> 'spare';

-- name: delivery_prune
DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE ended_ms IS NOT NULL AND ended_ms < $1 LIMIT 1000);

-- name: delivery_count_live
SELECT COUNT(*) FROM delivery WHERE state = 'queued';

-- name: delivery_count_dead
SELECT COUNT(*) FROM delivery WHERE state = 'dead';

-- name: delivery_dead
SELECT id, kind, target, event_id, event, incident_id, outbox_id, subject, '', created_ms, expires_rel, next_rel,
       attempts, state, error
FROM delivery WHERE state = 'dead' ORDER BY id DESC LIMIT $1;

-- name: delivery_revive
UPDATE delivery SET state = 'queued', next_rel = $2, expires_rel = $3, ended_ms = NULL
WHERE id = $1 AND state = 'dead' AND kind <> 'spare';

-- name: delivery_revive_all
UPDATE delivery SET state = 'queued', next_rel = $1, expires_rel = $2, ended_ms = NULL
WHERE state = 'dead' AND kind <> 'spare';

-- What the spare line needs to know of a text.
-- name: outbox_text
SELECT id, user_id, party_id, priority, resend, incident_id, message_id, body, created_ms, not_before_rel,
       expires_rel, attempts, CASE WHEN state = 'sending' AND line <> 'spare' THEN 'modem' ELSE state END
FROM outbox WHERE id = $1;

-- Given up or reported undelivered, and now taken by the provider; a reference that no modem gives.
-- name: outbox_spared
UPDATE outbox SET state = 'sent', line = 'spare', ref = -1, sent_ms = $2 WHERE id = $1 AND state = 'failed';

-- name: trouble_upsert
INSERT INTO trouble (what, text, since_ms) VALUES ($1, $2, $3)
ON CONFLICT (what) DO UPDATE SET text = excluded.text;

-- name: trouble_told
UPDATE trouble SET told_ms = $2 WHERE what = $1;

-- name: trouble_get
SELECT what, text, since_ms, told_ms FROM trouble WHERE what = $1;

-- name: trouble_delete
DELETE FROM trouble WHERE what = $1;

-- Few rows at any time: one a line and cause.
-- name: trouble_all
SELECT what, text, since_ms, told_ms FROM trouble ORDER BY what;
