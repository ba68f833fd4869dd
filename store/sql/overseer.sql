-- The second look at alerts.

-- By the index of live ones; few are open at a time.
-- name: overseer_open
SELECT i.id, i.code, i.form, i.kind, i.severity, i.restricted, i.unverified, i.alert_step, m.received_rel,
       (SELECT MAX(c.told_rel) FROM concern c WHERE c.incident_id = i.id), i.alarm_rel
FROM incident i LEFT JOIN message m ON m.id = i.message_id
WHERE i.state IN ('open', 'acked') AND i.state = 'open' AND i.held = 0;

-- name: overseer_alarm
UPDATE incident SET alarm_rel = $2 WHERE id = $1;
