-- What the indicators count: a month of incidents with the moments that matter, activities of a
-- village, the tips that came by other ways. Restricted incidents are in none of them: in small
-- numbers a count tells whose they are.

-- name: indicator_incidents
SELECT i.form, i.kind, i.place, i.severity, i.unverified, i.joinable, i.state, i.created_ms, i.alert_sent_ms,
       COALESCE((SELECT MIN(a.at_ms) FROM audit a WHERE a.incident_id = i.id AND a.action = 'ack'), i.acked_ms),
       (SELECT MIN(c.onscene_ms) FROM concern c WHERE c.incident_id = i.id),
       (SELECT MIN(c.onscene_ms) FROM concern c JOIN "user" t ON t.id = c.user_id
        WHERE c.incident_id = i.id AND t.role IN ('member', 'deputy', 'leader', 'village_head')),
       i.closed_ms, (SELECT MIN(o.called_ms) FROM call_out o WHERE o.incident_id = i.id), u.role
FROM incident i LEFT JOIN "user" u ON u.id = i.user_id
WHERE i.created_ms >= $1 AND i.created_ms < $2 AND i.restricted = 0 AND i.state <> 'cancelled'
ORDER BY i.created_ms, i.id;

-- name: indicator_alert_sent
UPDATE incident SET alert_sent_ms = $2
WHERE alert_sent_ms IS NULL AND id = (SELECT incident_id FROM outbox WHERE id = $1 AND priority <= 1);

-- name: activity_between
SELECT at_ms, slots, text FROM activity WHERE form = $1 AND place = $2 AND at_ms >= $3 AND at_ms < $4
ORDER BY at_ms, id;

-- name: message_first
SELECT received_ms FROM message WHERE id = (SELECT MIN(id) FROM message);

-- name: tip_total_set
INSERT INTO tip_total (month, total, user_id, at_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (month) DO UPDATE SET total = excluded.total, user_id = excluded.user_id, at_ms = excluded.at_ms;

-- name: tip_total_get
SELECT total FROM tip_total WHERE month = $1;

-- name: reminder_insert
INSERT INTO reminder (item, place, period, step, at_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (item, place, period, step) DO NOTHING;

-- name: reminder_find
SELECT 1 FROM reminder WHERE item = $1 AND place = $2 AND period = $3 AND step = $4;
