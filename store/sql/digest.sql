-- What a digest reads: by id, which no clock can jump over.

-- name: digest_fresh
SELECT i.id, i.code, i.form, i.kind, i.place, i.severity, i.restricted, i.unverified, i.user_id, i.created_ms, i.state,
       EXISTS (SELECT 1 FROM concern c WHERE c.incident_id = i.id)
FROM incident i WHERE i.id > $1 ORDER BY i.id;

-- name: digest_live
SELECT i.id, i.code, i.form, i.kind, i.place, i.severity, i.restricted, i.unverified, i.user_id, i.created_ms, i.state,
       EXISTS (SELECT 1 FROM concern c WHERE c.incident_id = i.id)
FROM incident i WHERE i.state IN ('open', 'acked') ORDER BY i.severity DESC, i.created_ms, i.id;

-- name: digest_unread
SELECT id, user_id, body FROM message WHERE id > $1 AND disposition = 'duty_list' ORDER BY id;

-- name: digest_last_incident
SELECT COALESCE(MAX(id), 0) FROM incident;

-- name: digest_last_message
SELECT COALESCE(MAX(id), 0) FROM message;
