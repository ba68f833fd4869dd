-- From schema 1 to 2: what it takes to act on a report (rota, attendance, digests, calendar,
-- courier). Rules as in schema.sqlite.sql.

-- service time knows its boot
UPDATE meta SET key = 'service_time' WHERE key = 'service_ms';

-- Who was called out to an incident by DIEU, by whom: the caller is told how many came.
CREATE TABLE call_out (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    by_id       BIGINT NOT NULL REFERENCES "user" (id),
    called_ms   BIGINT NOT NULL,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;
