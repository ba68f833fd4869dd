-- A state directory as schema 2 wrote it: the demo commune, one report, one tip of a stranger, one VAO. The key file:
-- key 74696e62616f206b6579203120386463306637643334373335633764363864366133303663323533616265613165346139636431613961346666353262333166326130643336653361616634360a
PRAGMA application_id=1413631793;
PRAGMA user_version=2;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO meta VALUES('key_check','999deca45ba15186c18e1d98bf3456aa');
INSERT INTO meta VALUES('digest_night_incident','0');
INSERT INTO meta VALUES('digest_night_message','0');
INSERT INTO meta VALUES('digest_night_rel','1794449100001');
INSERT INTO meta VALUES('digest_week_incident','0');
INSERT INTO meta VALUES('digest_week_message','0');
INSERT INTO meta VALUES('digest_week_rel','1794189900001');
INSERT INTO meta VALUES('digest_month_incident','0');
INSERT INTO meta VALUES('digest_month_message','0');
INSERT INTO meta VALUES('digest_month_rel','1793282700001');
INSERT INTO meta VALUES('calendar_next','1794531600000');
INSERT INTO meta VALUES('service_time','1794493500000 4800000 manual');
INSERT INTO meta VALUES('daily_rel','1794492300000');
INSERT INTO meta VALUES('balance_rel','1794492300000');
CREATE TABLE IF NOT EXISTS "user" (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    phone      TEXT    UNIQUE,
    role       TEXT    NOT NULL,
    places     TEXT    NOT NULL,
    pin_hash   TEXT,
    active     INTEGER NOT NULL DEFAULT 1,
    stopped    INTEGER NOT NULL DEFAULT 0,
    source     TEXT    NOT NULL DEFAULT 'roster',
    since_ms   BIGINT  NOT NULL
, away_rel BIGINT);
INSERT INTO user VALUES(1,'Nguyễn Văn An','+84912000001','member','6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(2,'Trần Thị Bình','+84912000002','leader','6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(3,'Lê Văn Cường','+84912000003','deputy','6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(4,'Phạm Văn Dũng','+84912000004','member','6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(5,'Hoàng Thị Em','+84912000005','leader','5',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(6,'Vũ Văn Giang','+84912000006','deputy','5',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(7,'Đặng Thị Hà','+84912000007','member','5',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(8,'Bùi Văn Hải','+84912000008','leader','1',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(9,'Đỗ Thị Hoa','+84912000009','deputy','1',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(10,'Hồ Văn Hùng','+84912000010','member','1',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(11,'Ngô Thị Huệ','+84912000011','leader','2',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(12,'Dương Văn Khoa','+84912000012','deputy','2',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(13,'Lý Thị Lan','+84912000013','member','2',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(14,'Đinh Văn Long','+84912000014','leader','11',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(15,'Mai Thị Lý','+84912000015','deputy','11',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(16,'Trịnh Văn Minh','+84912000016','member','11',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(17,'Đào Thị Nga','+84912000017','leader','12',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(18,'Cao Văn Nam','+84912000018','deputy','12',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(19,'Tạ Thị Ngọc','+84912000019','member','12',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(20,'Phan Văn Phú','+84912000020','leader','13',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(21,'Hà Thị Phương','+84912000021','deputy','13',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(22,'Lương Văn Quang','+84912000022','member','13',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(23,'Tô Thị Quyên','+84912000023','leader','14',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(24,'Chu Văn Sơn','+84912000024','deputy','14',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(25,'Kiều Thị Tâm','+84912000025','member','14',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(26,'Nghiêm Văn Thắng','+84912000026','village_head','6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(27,'La Thị Thu','+84912000027','village_head','5',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(28,'Bùi Thị Hà','+84903000001','area_officer','5 6',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(29,'Quách Văn Tùng','+84903000003','area_officer','1 2',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(30,'Âu Thị Vân','+84903000004','area_officer','11 12 13 14',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(31,'Đỗ Văn Hưng','+84903000002','duty','',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(32,'Thái Thị Xuân','+84903000005','duty','',NULL,1,0,'roster',1794492300000,NULL);
INSERT INTO user VALUES(33,'Vũ Thị Lan','+84909000001','chief','',NULL,1,0,'roster',1794492300000,NULL);
CREATE TABLE invite (
    id          INTEGER PRIMARY KEY,
    hash        BLOB   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    places      TEXT   NOT NULL,
    expires_rel BIGINT NOT NULL
);
CREATE TABLE invite_guess (
    party_id  BIGINT  PRIMARY KEY REFERENCES party (id),
    wrong     INTEGER NOT NULL,
    since_rel BIGINT  NOT NULL
);
CREATE TABLE party (
    id         INTEGER PRIMARY KEY,
    domain     TEXT   NOT NULL,
    hash       BLOB   NOT NULL UNIQUE,
    sealed     BLOB,
    stopped    INTEGER NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL,
    erased_ms  BIGINT
);
INSERT INTO party VALUES(2246320198287177,'tip',X'da8e2ca6d67e6be1d557038212d6bd55',X'aa351516bf9d70d7164f1b30ae40fd96a5a72f1c452f40a61f81e5e291b0863a197b8ce9cc8e10f465ff5fda6a3b899b6f5c2416f61a03b155695be77946b38809c35ae363f729b85da11c104d77a3d3',0,1794416400000,NULL);
CREATE TABLE part (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE,
    line        TEXT    NOT NULL,
    group_key   BLOB,
    party_id    BIGINT REFERENCES party (id),
    ref         INTEGER NOT NULL,
    ref_bits    INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    coding      INTEGER NOT NULL,
    corrupt     INTEGER NOT NULL,
    smsc_ms     BIGINT  NOT NULL,
    received_ms BIGINT  NOT NULL,
    body        BLOB    NOT NULL,
    message_id  BIGINT REFERENCES message (id)
);
INSERT INTO part VALUES(1,X'6af5c78c339e50e09b96c74a9664b836','gsm1',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'004200430020006d0061006e002000640065002000740072006f006d0020006d0061007400200078006500200077006100760065',1);
INSERT INTO part VALUES(2,X'6af5c78c5088cf53bdb5a286f7b10d5e','gsm1',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'00540049004e0020006d0061006e00200064006500200063006f002000640061006e006800200062006100630020006f0020007100750061006e0020006e0075006f0063',2);
INSERT INTO part VALUES(3,X'6af5c78c376b12d357c6dd3cf1a270cc','gsm1',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'00560041004f',3);
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    line        TEXT    NOT NULL,
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    sender_kind INTEGER NOT NULL,
    received_ms BIGINT  NOT NULL,
    received_rel BIGINT NOT NULL,
    smsc_ms     BIGINT  NOT NULL,
    body        TEXT    NOT NULL,
    form        TEXT    NOT NULL,
    disposition TEXT    NOT NULL,
    incident_id BIGINT,
    text_key    BIGINT
);
INSERT INTO message VALUES(1,'gsm1',1,NULL,0,1794492300000,1794492300000,1794492300000,'BC man de trom mat xe wave','incident','report',1,1220042605243315708);
INSERT INTO message VALUES(2,'gsm1',NULL,2246320198287177,0,1794492300000,1794492300000,1794492300000,'TIN man de co danh bac o quan nuoc','tip','tip',2,-1770630856131471628);
INSERT INTO message VALUES(3,'gsm1',2,NULL,0,1794492300000,1794492300000,1794492300000,'VAO','checkin','checkin',NULL,NULL);
CREATE TABLE incident (
    id           INTEGER PRIMARY KEY,
    code         TEXT    NOT NULL,
    code_held    INTEGER NOT NULL DEFAULT 1,
    form         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    place        TEXT,
    severity     INTEGER NOT NULL,
    restricted   INTEGER NOT NULL,
    unverified   INTEGER NOT NULL,
    text         TEXT    NOT NULL,
    when_ms      BIGINT,
    user_id      BIGINT REFERENCES "user" (id),
    party_id     BIGINT REFERENCES party (id),
    message_id   BIGINT REFERENCES message (id),
    created_ms   BIGINT  NOT NULL,
    state        TEXT    NOT NULL,
    acked_by     BIGINT REFERENCES "user" (id),
    acked_ms     BIGINT,
    closed_by    BIGINT REFERENCES "user" (id),
    closed_ms    BIGINT,
    outcome      TEXT,
    alert_step   INTEGER NOT NULL DEFAULT 0,
    contact_id   BIGINT REFERENCES party (id),
    joinable     INTEGER NOT NULL DEFAULT 0
, place_last INTEGER NOT NULL DEFAULT 0, alarm_rel BIGINT, held INTEGER NOT NULL DEFAULT 0, still_asks INTEGER NOT NULL DEFAULT 0, alert_sent_ms BIGINT);
INSERT INTO incident VALUES(1,'12867',1,'incident','TROM','6',3,0,0,'mat xe wave',NULL,1,NULL,1,1794492300000,'open',NULL,NULL,NULL,NULL,NULL,0,NULL,1,0,NULL,0,0,1794492300000);
INSERT INTO incident VALUES(2,'91928',1,'tip','KHAC','6',2,0,1,'co danh bac o quan nuoc',NULL,NULL,2246320198287177,2,1794492300000,'open',NULL,NULL,NULL,NULL,NULL,0,NULL,0,0,NULL,0,0,1794492300000);
CREATE TABLE report (
    id          INTEGER PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    message_id  BIGINT REFERENCES message (id),
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    at_ms       BIGINT NOT NULL,
    text        TEXT   NOT NULL
);
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    user_id     BIGINT,
    action      TEXT   NOT NULL,
    incident_id BIGINT,
    message_id  BIGINT,
    detail      TEXT   NOT NULL
);
INSERT INTO audit VALUES(1,1794492300000,1,'incident',1,1,'');
INSERT INTO audit VALUES(2,1794492300000,NULL,'tip',2,2,'');
INSERT INTO audit VALUES(3,1794492300000,2,'checkin',NULL,3,'2026-11-12');
CREATE TABLE concern (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    step        INTEGER NOT NULL,
    onscene_ms  BIGINT, told_rel BIGINT, outbox_id BIGINT, reached_ms BIGINT,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;
INSERT INTO concern VALUES(1,2,0,NULL,1794492300000,5,1794492300000);
INSERT INTO concern VALUES(1,28,0,NULL,1794492300000,2,1794492300000);
INSERT INTO concern VALUES(1,31,0,NULL,1794492300000,3,1794492300000);
INSERT INTO concern VALUES(1,32,0,NULL,1794492300000,4,1794492300000);
INSERT INTO concern VALUES(2,28,0,NULL,1794492300000,7,1794492300000);
INSERT INTO concern VALUES(2,31,0,NULL,1794492300000,8,1794492300000);
INSERT INTO concern VALUES(2,32,0,NULL,1794492300000,9,1794492300000);
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY,
    user_id        BIGINT REFERENCES "user" (id),
    party_id       BIGINT REFERENCES party (id),
    priority       INTEGER NOT NULL,
    resend         INTEGER NOT NULL,
    incident_id    BIGINT,
    message_id     BIGINT,
    body           TEXT    NOT NULL,
    created_ms     BIGINT  NOT NULL,
    not_before_rel BIGINT  NOT NULL,
    expires_rel    BIGINT  NOT NULL,
    state          TEXT    NOT NULL,
    line           TEXT,
    attempts       INTEGER NOT NULL DEFAULT 0,
    recipient      BIGINT  NOT NULL,
    blocked        INTEGER NOT NULL,
    ref            INTEGER,
    cms            INTEGER,
    sent_ms        BIGINT,
    reported_ms    BIGINT
, need INTEGER NOT NULL DEFAULT 0);
INSERT INTO outbox VALUES(1,1,NULL,2,1,1,1,'Da nhan vu 12867: TROM Man De.',1794492300000,1794492300000,1794495900000,'delivered','gsm1',1,1,0,4,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(2,28,NULL,1,1,1,1,'VU 12867 TROM Man De: mat xe wave. Nhan viec: NHAN 12867',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,28,0,0,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(3,31,NULL,1,1,1,1,'VU 12867 TROM Man De: mat xe wave. Nhan viec: NHAN 12867',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,31,0,1,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(4,32,NULL,1,1,1,1,'VU 12867 TROM Man De: mat xe wave. Nhan viec: NHAN 12867',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,32,0,2,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(5,2,NULL,1,1,1,1,'VU 12867 TROM Man De: mat xe wave. Den noi nhan: CM 12867',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,2,0,3,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(6,NULL,2246320198287177,2,1,2,2,'Da nhan tin 91928. Cam on. Khong chuyen so may cua ban cho to, thon. Day khong phai don to giac. Bo sung: THEM 91928 noi dung',1794492300000,1794492300000,1794495900000,'delivered','gsm1',1,-2246320198287177,0,8,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(7,28,NULL,1,1,2,2,'TIN 91928 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 91928',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,28,0,5,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(8,31,NULL,1,1,2,2,'TIN 91928 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 91928',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,31,0,6,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(9,32,NULL,1,1,2,2,'TIN 91928 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 91928',1794492300000,1794492300000,1794499500000,'delivered','gsm1',1,32,0,7,NULL,1794492300000,1794492300000,1);
INSERT INTO outbox VALUES(10,2,NULL,2,0,NULL,3,'Da ghi VAO Man De luc 21:05. Het ca nhan: RA',1794492300000,1794492300000,1794495900000,'delivered','gsm1',1,2,0,9,NULL,1794492300000,1794492300000,0);
CREATE TABLE job (
    id     INTEGER PRIMARY KEY,
    kind   TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    clock  INTEGER NOT NULL,
    due_ms BIGINT  NOT NULL,
    tries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
INSERT INTO job VALUES(2,'digest','night',1,1794522600000,0);
INSERT INTO job VALUES(3,'digest','week',1,1794787200000,0);
INSERT INTO job VALUES(4,'digest','month',1,1796083200000,0);
INSERT INTO job VALUES(5,'calendar','',1,1794531600000,0);
INSERT INTO job VALUES(6,'balance','',0,1794578700000,0);
INSERT INTO job VALUES(7,'daily','',0,1794578700000,0);
INSERT INTO job VALUES(8,'alert','1',0,1794494100000,0);
INSERT INTO job VALUES(10,'alert','2',0,1794494100000,0);
INSERT INTO job VALUES(12,'forgotten','1',1,1794522600000,0);
CREATE TABLE attendance (
    id        INTEGER PRIMARY KEY,
    user_id   BIGINT NOT NULL REFERENCES "user" (id),
    place     TEXT   NOT NULL,
    night     TEXT   NOT NULL,
    in_ms     BIGINT NOT NULL,
    out_ms    BIGINT,
    message_id BIGINT REFERENCES message (id)
, how TEXT NOT NULL DEFAULT 'text', forgotten INTEGER NOT NULL DEFAULT 0, void_ms BIGINT);
INSERT INTO attendance VALUES(1,2,'6','2026-11-12',1794492300000,NULL,3,'text',0,NULL);
CREATE TABLE question (
    id          INTEGER PRIMARY KEY,
    recipient   BIGINT NOT NULL,
    user_id     BIGINT REFERENCES "user" (id),
    party_id    BIGINT REFERENCES party (id),
    incident_id BIGINT REFERENCES incident (id),
    field       TEXT   NOT NULL,
    choices     TEXT   NOT NULL,
    asked_ms    BIGINT NOT NULL,
    state       TEXT   NOT NULL
);
CREATE TABLE activity (
    id         INTEGER PRIMARY KEY,
    form       TEXT   NOT NULL,
    place      TEXT   NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES "user" (id),
    message_id BIGINT REFERENCES message (id),
    at_ms      BIGINT NOT NULL,
    slots      TEXT   NOT NULL,
    text       TEXT   NOT NULL
);
CREATE TABLE line_state (
    line         TEXT PRIMARY KEY,
    state        TEXT    NOT NULL,
    signal_dbm   INTEGER NOT NULL,
    registration INTEGER NOT NULL,
    sim          INTEGER NOT NULL,
    sim_used     INTEGER NOT NULL,
    sim_total    INTEGER NOT NULL,
    operator     TEXT    NOT NULL,
    smsc         TEXT    NOT NULL,
    balance      TEXT    NOT NULL,
    balance_ms   BIGINT  NOT NULL,
    seen_ms      BIGINT  NOT NULL
, balance_dong BIGINT NOT NULL DEFAULT -1, balance_until BIGINT NOT NULL DEFAULT 0);
INSERT INTO line_state VALUES('gsm1','up',-71,1,1,0,50,'Viettel','+84980200030','TK goc 50000d, su dung den 31/12/2027. TK khuyen mai: 100 SMS noi mang.',1794492300000,1794492300000,50000,1830186000000);
CREATE TABLE sms_day (
    day     TEXT    PRIMARY KEY,
    urgent  INTEGER NOT NULL,
    other   INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    held    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO sms_day VALUES('2026-11-12',7,3,0,0);
CREATE TABLE sms_user_day (
    day       TEXT    NOT NULL,
    recipient BIGINT  NOT NULL,
    sent      INTEGER NOT NULL,
    PRIMARY KEY (day, recipient)
) WITHOUT ROWID;
INSERT INTO sms_user_day VALUES('2026-11-12',-2246320198287177,1);
INSERT INTO sms_user_day VALUES('2026-11-12',1,1);
INSERT INTO sms_user_day VALUES('2026-11-12',2,1);
CREATE TABLE call_out (
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    by_id       BIGINT NOT NULL REFERENCES "user" (id),
    called_ms   BIGINT NOT NULL,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;
CREATE TABLE attendance_change (
    id            INTEGER PRIMARY KEY,
    attendance_id BIGINT NOT NULL REFERENCES attendance (id),
    user_id       BIGINT NOT NULL REFERENCES "user" (id),
    at_ms         BIGINT NOT NULL,
    what          TEXT   NOT NULL,
    old_ms        BIGINT,
    new_ms        BIGINT,
    message_id    BIGINT REFERENCES message (id)
);
CREATE TABLE patrol (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT  NOT NULL REFERENCES "user" (id),
    place      TEXT    NOT NULL,
    night      TEXT    NOT NULL,
    people     INTEGER NOT NULL,
    start_ms   BIGINT  NOT NULL,
    end_ms     BIGINT,
    forgotten  INTEGER NOT NULL DEFAULT 0,
    message_id BIGINT REFERENCES message (id)
);
CREATE TABLE shift_watch (
    id          INTEGER PRIMARY KEY,
    place       TEXT    NOT NULL,
    begin_ms    BIGINT  NOT NULL,
    end_ms      BIGINT  NOT NULL,
    night       TEXT    NOT NULL,
    step        INTEGER NOT NULL DEFAULT 0,
    step_ms     BIGINT  NOT NULL,
    told        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (place, begin_ms)
);
CREATE TABLE session (
    user_id     BIGINT PRIMARY KEY REFERENCES "user" (id),
    state       TEXT   NOT NULL,
    touched_rel BIGINT NOT NULL
);
CREATE TABLE pin_try (
    who        BIGINT  PRIMARY KEY,
    wrong      INTEGER NOT NULL,
    since_rel  BIGINT  NOT NULL,
    locked_rel BIGINT  NOT NULL
);
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL,
    target      TEXT    NOT NULL,
    event_id    TEXT    NOT NULL,
    event       TEXT    NOT NULL,
    incident_id BIGINT,
    outbox_id   BIGINT,
    subject     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_ms  BIGINT  NOT NULL,
    expires_rel BIGINT  NOT NULL,
    next_rel    BIGINT  NOT NULL,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT    NOT NULL DEFAULT '',
    ended_ms    BIGINT
);
CREATE TABLE trouble (
    what     TEXT   PRIMARY KEY,
    text     TEXT   NOT NULL,
    since_ms BIGINT NOT NULL,
    told_ms  BIGINT
);
CREATE TABLE handover (
    incident_id BIGINT PRIMARY KEY REFERENCES incident (id),
    user_id     BIGINT NOT NULL REFERENCES "user" (id),
    from_id     BIGINT NOT NULL REFERENCES "user" (id),
    asked_ms    BIGINT NOT NULL,
    state       TEXT   NOT NULL
);
CREATE TABLE reminder (
    item   TEXT    NOT NULL,
    place  TEXT    NOT NULL,
    period TEXT    NOT NULL,
    step   INTEGER NOT NULL,
    at_ms  BIGINT  NOT NULL,
    PRIMARY KEY (item, place, period, step)
) WITHOUT ROWID;
CREATE TABLE tip_total (
    month   TEXT PRIMARY KEY,
    total   INTEGER NOT NULL,
    user_id BIGINT  NOT NULL REFERENCES "user" (id),
    at_ms   BIGINT  NOT NULL
);
CREATE INDEX part_group ON part (group_key) WHERE group_key IS NOT NULL;
CREATE INDEX message_text ON message (text_key) WHERE text_key IS NOT NULL;
CREATE UNIQUE INDEX incident_code ON incident (code) WHERE code_held = 1;
CREATE INDEX incident_live ON incident (severity DESC, created_ms) WHERE state IN ('open', 'acked');
CREATE INDEX incident_created ON incident (created_ms);
CREATE INDEX incident_join ON incident (kind, place, created_ms)
    WHERE state IN ('open', 'acked') AND joinable = 1;
CREATE INDEX report_incident ON report (incident_id);
CREATE INDEX audit_incident ON audit (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX outbox_head ON outbox (priority, id, not_before_rel, expires_rel, recipient)
    WHERE blocked = 0 AND state = 'queued';
CREATE INDEX outbox_live ON outbox (recipient, priority) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_sent ON outbox (ref, recipient) WHERE line IS NOT NULL AND state IN ('sending', 'sent');
CREATE INDEX outbox_incident ON outbox (incident_id)
    WHERE priority <= 1 AND incident_id IS NOT NULL AND state = 'queued';
CREATE INDEX outbox_party ON outbox (created_ms, party_id) WHERE party_id IS NOT NULL;
CREATE INDEX job_due ON job (clock, due_ms);
CREATE INDEX attendance_open ON attendance (user_id) WHERE out_ms IS NULL;
CREATE INDEX attendance_night ON attendance (night);
CREATE UNIQUE INDEX question_open ON question (recipient) WHERE state = 'open';
CREATE INDEX activity_place ON activity (form, place, at_ms);
CREATE INDEX attendance_place ON attendance (place, night);
CREATE INDEX attendance_user ON attendance (user_id, in_ms);
CREATE INDEX attendance_change_of ON attendance_change (attendance_id);
CREATE INDEX patrol_open ON patrol (user_id) WHERE end_ms IS NULL;
CREATE INDEX patrol_place ON patrol (place, night);
CREATE INDEX shift_watch_night ON shift_watch (night);
CREATE UNIQUE INDEX delivery_event ON delivery (event_id, kind, target);
CREATE INDEX delivery_due ON delivery (next_rel, id) WHERE state = 'queued';
CREATE INDEX delivery_sending ON delivery (id) WHERE state = 'sending';
CREATE INDEX delivery_dead ON delivery (id) WHERE state = 'dead';
CREATE INDEX delivery_incident ON delivery (incident_id) WHERE state IN ('queued', 'dead') AND incident_id IS NOT NULL;
CREATE INDEX delivery_ended ON delivery (ended_ms) WHERE ended_ms IS NOT NULL;
COMMIT;
