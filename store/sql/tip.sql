-- Tips kept apart: sealed texts, and what is left of a tipster's number once it is erased.

-- name: tip_box_insert
INSERT INTO tip_box (incident_id, what, at_ms, box) VALUES ($1, $2, $3, $4);

-- name: tip_box_all
SELECT b.id, b.what, b.at_ms, b.box, i.code, i.place FROM tip_box b LEFT JOIN incident i ON i.id = b.incident_id
WHERE b.id > $1 ORDER BY b.id LIMIT 64;

-- Service time of the day of the party's last tip.
-- name: tip_party_used
UPDATE party SET used_rel = $2 WHERE id = $1 AND (used_rel IS NULL OR used_rel < $2);

-- Tip parties without a tip since $1 by the calendar, or $2 by service time: a clock that was set back keeps no
-- number. (created_ms is the start of the party's first day.)
-- name: tip_party_old
SELECT p.id FROM party p
WHERE p.domain = 'tip' AND p.sealed IS NOT NULL
  AND (p.used_rel < $2 OR (p.created_ms < $1
       AND p.id NOT IN (SELECT i.party_id FROM incident i WHERE i.created_ms >= $1 AND i.party_id IS NOT NULL)))
ORDER BY p.id LIMIT 256;

-- name: tip_part_of
SELECT id, line, ref, ref_bits, total, seq, smsc_ms FROM part WHERE tip_id = $1 ORDER BY id LIMIT 1;

-- name: tip_part_forget
UPDATE part SET key = $2, group_key = NULL, tip_id = NULL WHERE id = $1;

-- The text of a message that is a tip's stands in its box alone.
-- name: tip_part_blank
UPDATE part SET body = $2 WHERE group_key = $1 AND message_id IS NULL;

-- The window of a resend is an hour at most.
-- name: tip_texts_forget
UPDATE message SET text_key = NULL WHERE text_key IS NOT NULL AND party_id = $1;

-- name: message_forget_texts
UPDATE message SET text_key = NULL WHERE text_key IS NOT NULL AND received_ms < $1;

-- What joined the parts of a sender's messages is of no use any more.
-- name: part_forget_groups
UPDATE part SET group_key = NULL WHERE group_key IS NOT NULL AND message_id IS NOT NULL AND received_ms < $1;
