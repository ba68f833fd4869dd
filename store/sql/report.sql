-- Reports that joined an incident.

-- name: incident_to_join
SELECT id FROM incident
WHERE state IN ('open', 'acked') AND joinable = 1 AND kind = $1 AND place = $2
  AND created_ms >= $3
ORDER BY created_ms DESC LIMIT 1;

-- name: incident_set_verified
UPDATE incident SET unverified = 0 WHERE id = $1;

-- name: incident_set_reopened
UPDATE incident SET state = 'open', acked_by = NULL, acked_ms = NULL, closed_by = NULL, closed_ms = NULL, code_held = 1,
    alert_step = 0, still_asks = 0
WHERE id = $1 AND state IN ('closed', 'cancelled', 'acked');

-- name: report_insert
INSERT INTO report (incident_id, message_id, user_id, party_id, at_ms, text) VALUES ($1, $2, $3, $4, $5, $6);

-- name: report_of
SELECT id, incident_id, message_id, user_id, party_id, at_ms, text FROM report WHERE incident_id = $1 ORDER BY id;

-- name: report_delete
DELETE FROM report WHERE id = $1;
