-- The audit as a chain.

-- name: chain_last
SELECT id, chain, at_ms FROM audit ORDER BY id DESC LIMIT 1;

-- name: chain_rows
SELECT id, at_ms, user_id, action, incident_id, message_id, detail, chain FROM audit WHERE id > $1 ORDER BY id LIMIT $2;

-- name: chain_link
UPDATE audit SET chain = $2 WHERE id = $1;

-- name: chain_at
SELECT chain, at_ms FROM audit WHERE id = $1;

-- name: chain_forget
DELETE FROM audit WHERE id <= $1;
