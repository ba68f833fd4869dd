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
SELECT sealed, hash, domain FROM party WHERE id = $1;

-- name: party_stop
UPDATE party SET stopped = $2 WHERE id = $1;

-- name: party_is_stopped
SELECT stopped FROM party WHERE id = $1;

-- When a tip's was erased would say who said NGUNG then.
-- name: party_wipe
UPDATE party SET sealed = NULL, erased_ms = CASE WHEN domain = 'tip' THEN created_ms ELSE $2 END,
                 hash = CASE WHEN stopped = 1 THEN hash ELSE $3 END
WHERE id = $1 AND sealed IS NOT NULL;
