-- Parts as they came and messages as they were joined.

-- name: part_insert
INSERT INTO part (key, line, group_key, sender, ref, ref_bits, total, seq, coding, corrupt, smsc_ms, received_ms,
                  body, message_id, tip_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (key) DO NOTHING;

-- name: part_by_key
SELECT id FROM part WHERE key = $1;

-- name: part_of_group
SELECT seq, total, party_id, smsc_ms, received_ms, coding, corrupt, body, key, sender FROM part
WHERE group_key = $1 AND message_id IS NULL ORDER BY seq, id;

-- name: part_group_seqs
SELECT COUNT(DISTINCT seq) FROM part WHERE group_key = $1 AND message_id IS NULL;

-- With this seq among what was joined, it is no late part: the reference is in use again.
-- name: part_group_joined
SELECT m.id FROM part p JOIN message m ON m.id = p.message_id
WHERE p.group_key = $1 AND (m.received_ms >= $2 OR p.received_ms >= $2)
  AND NOT EXISTS (SELECT 1 FROM part q WHERE q.group_key = $1 AND q.seq = $3 AND q.message_id IS NOT NULL
                  AND q.received_ms >= $2)
ORDER BY m.id DESC LIMIT 1;

-- name: part_group_give
UPDATE part SET message_id = $2, party_id = NULL, sender = NULL, tip_id = $3
WHERE group_key = $1 AND message_id IS NULL;

-- name: message_insert
INSERT INTO message (line, user_id, party_id, sender_kind, received_ms, received_rel, smsc_ms, body, form,
                     disposition, incident_id, text_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: message_update
UPDATE message SET disposition = $2, incident_id = COALESCE($3, incident_id) WHERE id = $1;

-- Service time never goes back: the last one is the latest.
-- name: message_by_text
SELECT id, incident_id FROM message WHERE text_key = $1 AND received_rel >= $2
ORDER BY id DESC LIMIT 1;

-- name: message_incident_of
SELECT incident_id FROM message WHERE id = $1;

-- Read back from the end until all is older: as many rows as are counted, and no index.
-- name: message_backwards
SELECT received_ms, disposition FROM message ORDER BY id DESC;
