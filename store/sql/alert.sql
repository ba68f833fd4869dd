-- Alerts that climb: who was told and reached, incidents that stand still, handing over.

-- name: alert_told
INSERT INTO concern (incident_id, user_id, step, told_rel, outbox_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (incident_id, user_id) DO UPDATE SET told_rel = excluded.told_rel, outbox_id = excluded.outbox_id;

-- name: alert_reach_of
SELECT c.user_id, c.step, c.told_rel, c.reached_ms, o.state, u.away_rel
FROM concern c JOIN outbox o ON o.id = c.outbox_id JOIN "user" u ON u.id = c.user_id
WHERE c.incident_id = $1 AND c.outbox_id IS NOT NULL ORDER BY c.step, c.user_id;

-- name: alert_reached
UPDATE concern SET reached_ms = $3 WHERE incident_id = $1 AND user_id = $2 AND reached_ms IS NULL;

-- name: alert_forget_reach
UPDATE concern SET reached_ms = NULL WHERE incident_id = $1;

-- name: alert_row
SELECT o.user_id, o.incident_id, o.priority, u.away_rel
FROM outbox o LEFT JOIN "user" u ON u.id = o.user_id WHERE o.id = $1;

-- name: alert_user_away
UPDATE "user" SET away_rel = $2 WHERE id = $1;

-- name: alert_user_back
UPDATE "user" SET away_rel = NULL WHERE id = $1;

-- Open ones that this user was alerted to; + 0 as in incident_of_sender.
-- name: alert_open_for
SELECT i.id FROM incident i JOIN concern c ON c.incident_id = i.id AND c.user_id = $1
WHERE i.state IN ('open', 'acked') AND i.state = 'open' AND c.outbox_id IS NOT NULL
ORDER BY i.severity + 0 DESC, i.created_ms + 0, i.id;

-- name: incident_set_taker
UPDATE incident SET acked_by = $2 WHERE id = $1 AND state = 'acked' AND acked_by = $3;

-- name: incident_get_still
SELECT still_asks FROM incident WHERE id = $1;

-- name: incident_set_still
UPDATE incident SET still_asks = $2 WHERE id = $1;

-- name: handover_set
INSERT INTO handover (incident_id, user_id, from_id, asked_ms, state) VALUES ($1, $2, $3, $4, 'open')
ON CONFLICT (incident_id) DO UPDATE SET user_id = excluded.user_id, from_id = excluded.from_id,
    asked_ms = excluded.asked_ms, state = 'open';

-- name: handover_of
SELECT user_id, from_id, asked_ms FROM handover WHERE incident_id = $1 AND state = 'open';

-- name: handover_finish
UPDATE handover SET state = $2 WHERE incident_id = $1 AND state = 'open';
