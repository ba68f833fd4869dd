-- Where somebody was last.

-- name: sos_last_place
SELECT place FROM incident WHERE created_ms >= $1 AND place IS NOT NULL AND (user_id = $2 OR party_id = $3)
ORDER BY created_ms DESC, id DESC LIMIT 1;

-- name: sos_set_place_last
UPDATE incident SET place_last = 1 WHERE id = $1;

-- name: sos_place_is_last
SELECT place_last FROM incident WHERE id = $1;
