-- A person's own data, for `tinbao export` and DULIEU: by user, or by the party of an unknown number. Asked seldom, so
-- by no index of its own. Never a tip (its link is cut), nothing of restricted incidents but that a text came.

-- name: own_messages
SELECT m.received_ms, m.form, m.disposition,
       CASE WHEN i.restricted = 1 THEN '' ELSE m.body END
FROM message m LEFT JOIN incident i ON i.id = m.incident_id
WHERE m.user_id = $1 OR m.party_id = $2 ORDER BY m.id;

-- name: own_incidents
SELECT i.created_ms, i.code, i.form, i.kind, COALESCE(i.place, ''), i.state, i.text
FROM incident i WHERE (i.user_id = $1 OR i.party_id = $2) AND i.restricted = 0 AND i.form <> 'tip' ORDER BY i.id;

-- name: own_joined
SELECT r.at_ms, i.code, r.text FROM report r JOIN incident i ON i.id = r.incident_id
WHERE (r.user_id = $1 OR r.party_id = $2) AND i.restricted = 0 AND i.form <> 'tip' ORDER BY r.id;

-- What he was answered, and no alert: that is another's.
-- name: own_replies
SELECT o.created_ms, o.state, o.body FROM outbox o JOIN message m ON m.id = o.message_id
LEFT JOIN incident i ON i.id = m.incident_id
WHERE (m.user_id = $1 OR m.party_id = $2) AND o.priority = 2 AND o.recipient = $3
  AND (i.restricted IS NULL OR i.restricted = 0) ORDER BY o.id;

-- name: own_attendance
SELECT a.in_ms, a.place, a.night, COALESCE(a.out_ms, 0), a.how, a.forgotten FROM attendance a
WHERE a.user_id = $1 AND a.void_ms IS NULL ORDER BY a.id;

-- name: own_patrols
SELECT p.start_ms, p.place, p.night, COALESCE(p.end_ms, 0), p.people FROM patrol p
WHERE p.user_id = $1 ORDER BY p.id;

-- name: own_activities
SELECT a.at_ms, a.form, a.place, a.slots, a.text FROM activity a WHERE a.user_id = $1 ORDER BY a.id;

-- name: own_scenes
SELECT c.onscene_ms, i.code FROM concern c JOIN incident i ON i.id = c.incident_id
WHERE c.user_id = $1 AND c.onscene_ms IS NOT NULL AND i.restricted = 0 AND i.form <> 'tip'
ORDER BY c.onscene_ms;

-- name: own_taken
SELECT i.acked_ms, i.code FROM incident i
WHERE i.acked_by = $1 AND i.restricted = 0 AND i.form <> 'tip' ORDER BY i.id;
