-- Attendance, and what the lines last said.

-- name: attendance_insert
INSERT INTO attendance (user_id, place, night, in_ms, message_id, how) VALUES ($1, $2, $3, $4, $5, $6);

-- name: attendance_of
SELECT id, user_id, place, night, in_ms, out_ms, message_id, how, forgotten FROM attendance
WHERE user_id = $1 AND out_ms IS NULL ORDER BY id DESC LIMIT 1;

-- name: attendance_leave
UPDATE attendance SET out_ms = $2 WHERE id = $1 AND out_ms IS NULL;

-- name: attendance_now
SELECT id, user_id, place, night, in_ms, out_ms, message_id, how, forgotten FROM attendance WHERE out_ms IS NULL ORDER BY in_ms, id;

-- name: line_set
INSERT INTO line_state (line, state, signal_dbm, registration, sim, sim_used, sim_total, operator, smsc, balance,
                        balance_ms, seen_ms, balance_dong, balance_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (line) DO UPDATE SET state = excluded.state, signal_dbm = excluded.signal_dbm,
    registration = excluded.registration, sim = excluded.sim, sim_used = excluded.sim_used,
    sim_total = excluded.sim_total, operator = excluded.operator, smsc = excluded.smsc, balance = excluded.balance,
    balance_ms = excluded.balance_ms, seen_ms = excluded.seen_ms, balance_dong = excluded.balance_dong,
    balance_until = excluded.balance_until;

-- name: line_get
SELECT line, state, signal_dbm, registration, sim, sim_used, sim_total, operator, smsc, balance, balance_ms, seen_ms,
       balance_dong, balance_until
FROM line_state WHERE line = $1;
