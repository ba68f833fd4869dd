-- Attendance over nights, its corrections, patrols, shifts watched.

-- name: attendance_get
SELECT id, user_id, place, night, in_ms, out_ms, message_id, how, forgotten FROM attendance WHERE id = $1;

-- name: attendance_newest
SELECT id, user_id, place, night, in_ms, out_ms, message_id, how, forgotten FROM attendance
WHERE user_id = $1 AND in_ms >= $2 AND in_ms <= $3 AND void_ms IS NULL ORDER BY in_ms DESC LIMIT 1;

-- name: attendance_of_night
SELECT id, user_id, place, night, in_ms, out_ms, message_id, how, forgotten FROM attendance
WHERE place = $1 AND night = $2 AND void_ms IS NULL ORDER BY in_ms, id;

-- name: attendance_present
SELECT COUNT(DISTINCT user_id) FROM attendance
WHERE place = $1 AND night = $2 AND void_ms IS NULL AND in_ms < $4 AND (out_ms IS NULL OR out_ms >= $3);

-- name: attendance_people_in
SELECT COUNT(DISTINCT a.user_id) FROM attendance a JOIN "user" u ON u.id = a.user_id
WHERE a.place = $1 AND a.night >= $2 AND a.night < $3 AND a.void_ms IS NULL
  AND u.active = 1 AND u.role IN ('member', 'deputy', 'leader');

-- name: attendance_people_all
SELECT COUNT(DISTINCT a.user_id) FROM attendance a JOIN "user" u ON u.id = a.user_id
WHERE a.night >= $1 AND a.night < $2 AND a.void_ms IS NULL
  AND u.active = 1 AND u.role IN ('member', 'deputy', 'leader');

-- name: attendance_by_night
SELECT night, COUNT(DISTINCT user_id), SUM(forgotten), MIN(in_ms) FROM attendance
WHERE place = $1 AND night >= $2 AND night < $3 AND void_ms IS NULL GROUP BY night ORDER BY night;

-- name: attendance_forget
UPDATE attendance SET out_ms = $2, forgotten = 1 WHERE id = $1 AND out_ms IS NULL;

-- name: attendance_edit
UPDATE attendance SET in_ms = $2, out_ms = $3, night = $4, forgotten = $5, void_ms = $6
WHERE id = $1 AND void_ms IS NULL;

-- name: attendance_change_add
INSERT INTO attendance_change (attendance_id, user_id, at_ms, what, old_ms, new_ms, message_id)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: patrol_insert
INSERT INTO patrol (user_id, place, night, people, start_ms, message_id) VALUES ($1, $2, $3, $4, $5, $6);

-- name: patrol_of
SELECT id, user_id, place, night, people, start_ms, end_ms, message_id FROM patrol
WHERE user_id = $1 AND end_ms IS NULL ORDER BY id DESC LIMIT 1;

-- name: patrol_end
UPDATE patrol SET end_ms = $2, forgotten = $3 WHERE id = $1 AND end_ms IS NULL;

-- name: patrol_people
SELECT MAX(people) FROM patrol
WHERE place = $1 AND night = $2 AND start_ms < $4 AND (end_ms IS NULL OR end_ms >= $3);

-- name: shift_watch_insert
INSERT INTO shift_watch (place, begin_ms, end_ms, night, step_ms) VALUES ($1, $2, $3, $4, $2)
ON CONFLICT (place, begin_ms) DO NOTHING;

-- name: shift_watch_get
SELECT id, place, night, begin_ms, end_ms, step, step_ms, told FROM shift_watch WHERE place = $1 AND begin_ms = $2;

-- name: shift_watch_step
UPDATE shift_watch SET step = $2, step_ms = $3, told = $4 WHERE id = $1;
