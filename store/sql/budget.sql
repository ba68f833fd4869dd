-- How much was sent.

-- name: sms_day_add
INSERT INTO sms_day (day, urgent, other, dropped, held) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day) DO UPDATE SET urgent = sms_day.urgent + excluded.urgent, other = sms_day.other + excluded.other,
    dropped = sms_day.dropped + excluded.dropped, held = sms_day.held + excluded.held;

-- name: sms_day_sum
SELECT COALESCE(SUM(urgent), 0), COALESCE(SUM(other), 0), COALESCE(SUM(dropped), 0), COALESCE(SUM(held), 0)
FROM sms_day WHERE day >= $1 AND day <= $2;

-- name: sms_user_add
INSERT INTO sms_user_day (day, recipient, sent) VALUES ($1, $2, $3)
ON CONFLICT (day, recipient) DO UPDATE SET sent = sms_user_day.sent + excluded.sent;

-- name: sms_user_get
SELECT sent FROM sms_user_day WHERE day = $1 AND recipient = $2;

-- name: sms_user_forget
DELETE FROM sms_user_day WHERE day < $1;

-- name: outbox_defer
UPDATE outbox SET not_before_rel = $2, expires_rel = $3 WHERE id = $1 AND state = 'queued';
