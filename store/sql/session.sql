-- Menus that are open by SMS, and wrong PINs.

-- name: session_put
INSERT INTO session (user_id, state, touched_rel) VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE SET state = excluded.state, touched_rel = excluded.touched_rel;

-- name: session_of
SELECT state, touched_rel FROM session WHERE user_id = $1;

-- name: session_delete
DELETE FROM session WHERE user_id = $1;

-- As many rows as users at most.
-- name: session_delete_old
DELETE FROM session WHERE touched_rel < $1;

-- name: pin_put
INSERT INTO pin_try (who, wrong, since_rel, locked_rel) VALUES ($1, $2, $3, $4)
ON CONFLICT (who) DO UPDATE SET wrong = excluded.wrong, since_rel = excluded.since_rel,
    locked_rel = excluded.locked_rel;

-- name: pin_of
SELECT wrong, since_rel, locked_rel FROM pin_try WHERE who = $1;

-- name: pin_delete
DELETE FROM pin_try WHERE who = $1;

-- name: pin_delete_old
DELETE FROM pin_try WHERE since_rel < $1 AND locked_rel < $1;
