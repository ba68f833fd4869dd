-- Activities of the teams.

-- name: activity_insert
INSERT INTO activity (form, place, user_id, message_id, at_ms, slots, text) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: activity_count_since
SELECT COUNT(*) FROM activity WHERE form = $1 AND place = $2 AND at_ms >= $3;
