-- Invites, wrong guesses, and what is kept of one sender.

-- name: invite_insert
INSERT INTO invite (hash, name, role, places, expires_rel) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO NOTHING;

-- name: invite_by_hash
SELECT id, name, role, places, expires_rel FROM invite WHERE hash = $1 AND expires_rel > $2;

-- name: invite_delete
DELETE FROM invite WHERE id = $1;

-- name: invite_delete_old
DELETE FROM invite WHERE expires_rel <= $1;

-- name: invite_guess_get
SELECT wrong FROM invite_guess WHERE party_id = $1 AND since_rel >= $2;

-- name: invite_guess_add
INSERT INTO invite_guess (party_id, wrong, since_rel) VALUES ($1, 1, $2)
ON CONFLICT (party_id) DO UPDATE SET
    wrong = CASE WHEN invite_guess.since_rel >= $3 THEN invite_guess.wrong + 1 ELSE 1 END,
    since_rel = CASE WHEN invite_guess.since_rel >= $3 THEN invite_guess.since_rel ELSE excluded.since_rel END;

-- name: invite_guess_delete_old
DELETE FROM invite_guess WHERE since_rel < $1;

-- name: user_insert_by_dk
INSERT INTO "user" (name, phone, role, places, source, since_ms) VALUES ($1, $2, $3, $4, 'dk', $5)
ON CONFLICT (phone) DO NOTHING;

-- Asked seldom, by one person for himself: an index would cost each message.
-- name: kept_messages
SELECT COUNT(*) FROM message WHERE (user_id = $1 OR party_id = $2) AND disposition <> 'call';

-- name: kept_incidents
SELECT COUNT(*) FROM incident WHERE (user_id = $1 OR party_id = $2) AND restricted = 0 AND form <> 'tip';
