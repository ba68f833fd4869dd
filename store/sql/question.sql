-- Questions that were asked back.

-- name: question_insert
INSERT INTO question (recipient, user_id, party_id, incident_id, field, choices, asked_ms, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open');

-- name: question_open_of
SELECT id, user_id, party_id, incident_id, field, choices, asked_ms FROM question
WHERE recipient = $1 AND state = 'open';

-- name: question_count_open
SELECT COUNT(*) FROM question WHERE state = 'open';

-- name: question_of_id
SELECT id, user_id, party_id, incident_id, field, choices, asked_ms FROM question WHERE id = $1 AND state = 'open';

-- name: question_set_state
UPDATE question SET state = $2 WHERE id = $1 AND state = 'open';
