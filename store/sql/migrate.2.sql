-- From schema 1 to 2: what it takes to act on a report (rota, attendance, digests, calendar,
-- courier). Rules as in schema.sqlite.sql.

-- service time knows its boot
UPDATE meta SET key = 'service_time' WHERE key = 'service_ms';
