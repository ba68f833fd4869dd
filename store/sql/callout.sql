-- Those called out to an incident, and how many of them came.

-- name: callout_insert
INSERT INTO call_out (incident_id, user_id, by_id, called_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (incident_id, user_id) DO UPDATE SET by_id = excluded.by_id;

-- name: callout_count
SELECT COUNT(*), COUNT(c.onscene_ms), MAX(o.by_id) FROM call_out o
LEFT JOIN concern c ON c.incident_id = o.incident_id AND c.user_id = o.user_id
WHERE o.incident_id = $1;

-- name: callout_find
SELECT 1 FROM call_out WHERE incident_id = $1 AND user_id = $2;
