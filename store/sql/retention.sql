-- What is kept no longer. Each statement works on rows ($1, $2] of its table, by id; which rows are old enough was
-- found before, by keep_ages_*. The newest row of a table always stays: its id must not be given again.

-- name: keep_ages_message
SELECT id, received_ms FROM message WHERE id > $1 ORDER BY id;
-- name: keep_ages_part
SELECT id, received_ms FROM part WHERE id > $1 ORDER BY id;
-- name: keep_ages_question
SELECT id, asked_ms FROM question WHERE id > $1 ORDER BY id;
-- name: keep_ages_outbox
SELECT id, created_ms FROM outbox WHERE id > $1 ORDER BY id;
-- name: keep_ages_incident
SELECT id, created_ms FROM incident WHERE id > $1 ORDER BY id;
-- name: keep_ages_box
SELECT id, at_ms FROM tip_box WHERE id > $1 ORDER BY id;
-- name: keep_ages_attendance
SELECT id, in_ms FROM attendance WHERE id > $1 ORDER BY id;
-- name: keep_ages_patrol
SELECT id, start_ms FROM patrol WHERE id > $1 ORDER BY id;
-- name: keep_ages_shift
SELECT id, begin_ms FROM shift_watch WHERE id > $1 ORDER BY id;
-- name: keep_ages_activity
SELECT id, at_ms FROM activity WHERE id > $1 ORDER BY id;

-- Chatter, and what machines sent.
-- name: keep_message_idle
UPDATE message SET body = '', text_key = NULL
WHERE id > $1 AND id <= $2 AND body <> '' AND disposition IN ('duty_list', 'machine');

-- Not what an incident that is not done needs: its question may be open yet.
-- name: keep_message
UPDATE message SET body = '', text_key = NULL
WHERE id > $1 AND id <= $2 AND body <> '' AND form <> 'tip'
  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = message.incident_id AND i.state IN ('open', 'acked'));

-- name: keep_message_tip
UPDATE message SET body = '', text_key = NULL
WHERE id > $1 AND id <= $2 AND body <> '' AND form = 'tip'
  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = message.incident_id AND i.state IN ('open', 'acked'));

-- Octets that were no text hold the number of who sent them (sealed, but by a key of this box).
-- name: keep_part_raw
UPDATE part SET body = '' WHERE id > $1 AND id <= $2 AND corrupt = 1 AND message_id IS NOT NULL AND body <> '';

-- name: keep_part_body
UPDATE part SET body = '' WHERE id > $1 AND id <= $2 AND message_id IS NOT NULL AND body <> '';

-- name: keep_part_row
DELETE FROM part WHERE id > $1 AND id <= $2 AND message_id IS NOT NULL AND id < (SELECT MAX(p.id) FROM part p);

-- name: keep_question
DELETE FROM question
WHERE id > $1 AND id <= $2 AND state <> 'open' AND id < (SELECT MAX(q.id) FROM question q);

-- name: keep_outbox
DELETE FROM outbox
WHERE id > $1 AND id <= $2 AND state NOT IN ('queued', 'sending') AND id < (SELECT MAX(o.id) FROM outbox o);

-- name: keep_incident_tip
UPDATE incident SET text = '', outcome = NULL
WHERE id > $1 AND id <= $2 AND form = 'tip' AND state IN ('closed', 'cancelled') AND (text <> '' OR outcome IS NOT NULL);

-- name: keep_box
DELETE FROM tip_box WHERE id > $1 AND id <= $2 AND id < (SELECT MAX(b.id) FROM tip_box b)
  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = tip_box.incident_id AND i.state IN ('open', 'acked'));

-- The event stays to be counted; its words and its people go. Not when it was closed of late.
-- name: keep_report
UPDATE report SET text = '', user_id = NULL, party_id = NULL
WHERE incident_id IN (SELECT i.id FROM incident i WHERE i.id > $1 AND i.id <= $2 AND i.state IN ('closed', 'cancelled')
                      AND (i.closed_ms IS NULL OR i.closed_ms < $3))
  AND (text <> '' OR user_id IS NOT NULL OR party_id IS NOT NULL);
-- name: keep_concern
DELETE FROM concern
WHERE incident_id IN (SELECT i.id FROM incident i WHERE i.id > $1 AND i.id <= $2 AND i.state IN ('closed', 'cancelled')
                      AND (i.closed_ms IS NULL OR i.closed_ms < $3));
-- name: keep_call_out
DELETE FROM call_out
WHERE incident_id IN (SELECT i.id FROM incident i WHERE i.id > $1 AND i.id <= $2 AND i.state IN ('closed', 'cancelled')
                      AND (i.closed_ms IS NULL OR i.closed_ms < $3));
-- name: keep_handover
DELETE FROM handover
WHERE incident_id IN (SELECT i.id FROM incident i WHERE i.id > $1 AND i.id <= $2 AND i.state IN ('closed', 'cancelled')
                      AND (i.closed_ms IS NULL OR i.closed_ms < $3));
-- name: keep_incident
UPDATE incident SET text = '', outcome = NULL, user_id = NULL, party_id = NULL, contact_id = NULL, acked_by = NULL,
                    closed_by = NULL
WHERE id > $1 AND id <= $2 AND state IN ('closed', 'cancelled') AND (closed_ms IS NULL OR closed_ms < $3)
  AND (text <> '' OR outcome IS NOT NULL OR user_id IS NOT NULL OR party_id IS NOT NULL OR acked_by IS NOT NULL
       OR closed_by IS NOT NULL);

-- name: keep_attendance_change
DELETE FROM attendance_change
WHERE attendance_id IN (SELECT a.id FROM attendance a WHERE a.id > $1 AND a.id <= $2
                        AND (a.out_ms IS NOT NULL OR a.void_ms IS NOT NULL)
                        AND a.id < (SELECT MAX(b.id) FROM attendance b));
-- name: keep_attendance
DELETE FROM attendance WHERE id > $1 AND id <= $2 AND (out_ms IS NOT NULL OR void_ms IS NOT NULL)
  AND id < (SELECT MAX(a.id) FROM attendance a);
-- name: keep_patrol
DELETE FROM patrol WHERE id > $1 AND id <= $2 AND end_ms IS NOT NULL AND id < (SELECT MAX(p.id) FROM patrol p);
-- name: keep_shift
DELETE FROM shift_watch WHERE id > $1 AND id <= $2 AND step >= 4 AND id < (SELECT MAX(s.id) FROM shift_watch s);
-- name: keep_activity
DELETE FROM activity WHERE id > $1 AND id <= $2 AND id < (SELECT MAX(a.id) FROM activity a);

-- Unknown senders of whom nothing came since $1 and no incident is open.
-- name: keep_numbers
SELECT p.id FROM party p
WHERE p.domain = 'sender' AND p.sealed IS NOT NULL AND p.created_ms < $1
  AND p.id NOT IN (SELECT i.party_id FROM incident i WHERE i.created_ms >= $1 AND i.party_id IS NOT NULL)
  AND p.id NOT IN (SELECT i.party_id FROM incident i WHERE i.state IN ('open', 'acked') AND i.party_id IS NOT NULL)
  AND p.id NOT IN (SELECT i.contact_id FROM incident i WHERE i.state IN ('open', 'acked') AND i.contact_id IS NOT NULL)
ORDER BY p.id LIMIT $2;

-- name: keep_newest
SELECT received_ms FROM message ORDER BY id DESC LIMIT 1;
