-- Users of the service and parties.

-- name: user_by_phone
SELECT id, name, phone, role, places, pin_hash, active, stopped, source, since_ms
FROM "user" WHERE phone = $1;

-- name: user_by_id
SELECT id, name, phone, role, places, pin_hash, active, stopped, source, since_ms
FROM "user" WHERE id = $1;

-- name: user_active
SELECT id, name, phone, role, places, pin_hash, active, stopped, source, since_ms
FROM "user" WHERE active = 1 ORDER BY id;

-- name: user_insert
INSERT INTO "user" (name, phone, role, places, pin_hash, since_ms) VALUES ($1, $2, $3, $4, $5, $6);

-- name: user_update
UPDATE "user" SET name = $2, role = $3, places = $4, pin_hash = $5, active = 1, source = 'roster' WHERE id = $1;

-- name: user_leave
UPDATE "user" SET phone = NULL, pin_hash = NULL, active = 0 WHERE id = $1;

-- name: user_stop
UPDATE "user" SET stopped = $2 WHERE id = $1;

-- name: party_by_hash
SELECT id FROM party WHERE hash = $1;

-- name: party_insert
INSERT INTO party (id, domain, hash, sealed, created_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING;

-- name: party_reseal
UPDATE party SET sealed = $2, erased_ms = NULL WHERE id = $1 AND sealed IS NULL;

-- name: party_sealed
SELECT sealed, hash FROM party WHERE id = $1;

-- name: party_stop
UPDATE party SET stopped = $2 WHERE id = $1;

-- name: party_is_stopped
SELECT stopped FROM party WHERE id = $1;

-- name: party_wipe
UPDATE party SET sealed = NULL, erased_ms = $2, hash = CASE WHEN stopped = 1 THEN hash ELSE $3 END
WHERE id = $1 AND sealed IS NOT NULL;

-- Tip parties without an incident since $1 (created_ms is the start of the party's first day).
-- name: party_old_tips
SELECT p.id FROM party p
WHERE p.domain = 'tip' AND p.sealed IS NOT NULL AND p.created_ms < $1
  AND p.id NOT IN (SELECT i.party_id FROM incident i WHERE i.created_ms >= $1 AND i.party_id IS NOT NULL)
ORDER BY p.id LIMIT 256;

-- The window of a resend is minutes.
-- name: message_forget_texts
UPDATE message SET text_key = NULL WHERE text_key IS NOT NULL AND received_ms < $1;

-- What joined the parts of a sender's messages is of no use any more.
-- name: part_forget_groups
UPDATE part SET group_key = NULL WHERE group_key IS NOT NULL AND message_id IS NOT NULL AND received_ms < $1;
