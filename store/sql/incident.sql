-- Incidents, whom they concern, and the audit.

-- name: incident_insert
INSERT INTO incident (code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id,
                      message_id, created_ms, state, joinable)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (code) WHERE code_held = 1 DO NOTHING;

-- name: incident_of_code
SELECT id, code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id, message_id,
       created_ms, state, acked_by, acked_ms, closed_by, closed_ms, outcome, alert_step
FROM incident WHERE code = $1 AND code_held = 1;

-- name: incident_of_id
SELECT id, code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id, message_id,
       created_ms, state, acked_by, acked_ms, closed_by, closed_ms, outcome, alert_step
FROM incident WHERE id = $1;

-- name: incident_live
SELECT id, code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id, message_id,
       created_ms, state, acked_by, acked_ms, closed_by, closed_ms, outcome, alert_step
FROM incident WHERE state IN ('open', 'acked') ORDER BY severity DESC, created_ms, id;

-- name: incident_between
SELECT id, code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id, message_id,
       created_ms, state, acked_by, acked_ms, closed_by, closed_ms, outcome, alert_step
FROM incident WHERE created_ms >= $1 AND created_ms < $2 ORDER BY created_ms, id;

-- name: incident_set_acked
UPDATE incident SET state = 'acked', acked_by = $2, acked_ms = $3 WHERE id = $1 AND state = 'open';

-- name: incident_set_closed
UPDATE incident SET state = $5, closed_by = $2, closed_ms = $3, outcome = $4
WHERE id = $1 AND state IN ('open', 'acked');

-- name: incident_set_alert_step
UPDATE incident SET alert_step = $2 WHERE id = $1;

-- name: incident_set_place
UPDATE incident SET place = $2 WHERE id = $1;

-- name: incident_set_kind
UPDATE incident SET kind = $2, severity = $3, restricted = $4, joinable = CASE WHEN $4 = 1 THEN 0 ELSE joinable END WHERE id = $1;

-- name: incident_set_held
UPDATE incident SET held = 1 WHERE id = $1;

-- name: incident_set_contact
UPDATE incident SET contact_id = $2 WHERE id = $1;

-- name: incident_get_contact
SELECT contact_id FROM incident WHERE id = $1 AND contact_id IS NOT NULL;

-- name: incident_set_text
UPDATE incident SET text = $2 WHERE id = $1;

-- name: incident_set_when
UPDATE incident SET when_ms = $2 WHERE id = $1;

-- By the index of live ones: the first term is its condition, and + 0 keeps the planner from
-- walking all incidents by their date.
-- name: incident_of_sender
SELECT id, code, form, kind, place, severity, restricted, unverified, text, when_ms, user_id, party_id, message_id,
       created_ms, state, acked_by, acked_ms, closed_by, closed_ms, outcome, alert_step
FROM incident WHERE state IN ('open', 'acked') AND state = 'open' AND (user_id = $1 OR party_id = $2)
ORDER BY created_ms + 0 DESC, id DESC;

-- name: incident_count_codes
SELECT LENGTH(code), COUNT(*) FROM incident WHERE code_held = 1 GROUP BY LENGTH(code);

-- name: incident_release_codes
UPDATE incident SET code_held = 0 WHERE code_held = 1 AND closed_ms IS NOT NULL AND closed_ms < $1;

-- name: concern_insert
INSERT INTO concern (incident_id, user_id, step) VALUES ($1, $2, $3)
ON CONFLICT (incident_id, user_id) DO NOTHING;

-- name: concern_scene
INSERT INTO concern (incident_id, user_id, step, onscene_ms) VALUES ($1, $2, 0, $3)
ON CONFLICT (incident_id, user_id) DO UPDATE SET onscene_ms = COALESCE(concern.onscene_ms, excluded.onscene_ms);

-- name: concern_there
SELECT 1 FROM concern WHERE incident_id = $1 AND user_id = $2 AND onscene_ms IS NOT NULL;

-- name: concern_of
SELECT user_id, step, onscene_ms FROM concern WHERE incident_id = $1 ORDER BY step, user_id;

-- name: audit_insert
INSERT INTO audit (at_ms, user_id, action, incident_id, message_id, detail, id, chain)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: audit_of
SELECT at_ms, user_id, action, incident_id, message_id, detail FROM audit WHERE incident_id = $1 ORDER BY id;
