-- Lost phones.

-- name: revoked_insert
INSERT INTO revoked (phone_hash, user_id, at_ms) VALUES ($1, $2, $3) ON CONFLICT (phone_hash) DO NOTHING;

-- name: revoked_by_hash
SELECT user_id FROM revoked WHERE phone_hash = $1;

-- All of them, for the memory of the desk: as many as phones were lost.
-- name: revoked_all
SELECT phone_hash FROM revoked;

-- name: revoked_delete
DELETE FROM revoked WHERE phone_hash = $1;

-- name: revoked_back
UPDATE "user" SET phone = $2, active = CASE WHEN source = 'dk' THEN 1 ELSE 0 END WHERE id = $1 AND phone IS NULL;

-- name: revoked_outbox
UPDATE outbox SET state = 'cancelled', blocked = 0
WHERE recipient = $1 AND state IN ('queued', 'sending') AND state = 'queued';

-- name: revoke_ask_insert
INSERT INTO revoke_ask (user_id, by_id, asked_ms, expires_rel) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, by_id) DO NOTHING;

-- name: revoke_ask_of
SELECT by_id, expires_rel FROM revoke_ask WHERE user_id = $1 ORDER BY asked_ms, by_id LIMIT 8;

-- As many rows as are waited for just now: a day's.
-- name: revoke_ask_by
SELECT COUNT(*) FROM revoke_ask WHERE by_id = $1;

-- name: revoke_ask_clear
DELETE FROM revoke_ask WHERE user_id = $1;
