-- A state directory as schema 1 wrote it: the demo commune, one report, one tip of a stranger, one VAO. The key file:
-- key 74696e62616f206b6579203120613564396530386237366535343233363762326161393662663637613261313462353731656434633538663263323539663961616338353433663966343139650a
PRAGMA application_id=1413631793;
PRAGMA user_version=1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO meta VALUES('key_check','18919da71f65a9885b4ac77852267181');
INSERT INTO meta VALUES('service_ms','1794493500000');
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
);
INSERT INTO user VALUES(1,'Nguyễn Văn An','+84912000001','member','6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(2,'Trần Thị Bình','+84912000002','leader','6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(3,'Lê Văn Cường','+84912000003','deputy','6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(4,'Phạm Văn Dũng','+84912000004','member','6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(5,'Hoàng Thị Em','+84912000005','leader','5',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(6,'Vũ Văn Giang','+84912000006','deputy','5',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(7,'Đặng Thị Hà','+84912000007','member','5',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(8,'Bùi Văn Hải','+84912000008','leader','1',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(9,'Đỗ Thị Hoa','+84912000009','deputy','1',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(10,'Hồ Văn Hùng','+84912000010','member','1',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(11,'Ngô Thị Huệ','+84912000011','leader','2',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(12,'Dương Văn Khoa','+84912000012','deputy','2',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(13,'Lý Thị Lan','+84912000013','member','2',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(14,'Đinh Văn Long','+84912000014','leader','11',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(15,'Mai Thị Lý','+84912000015','deputy','11',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(16,'Trịnh Văn Minh','+84912000016','member','11',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(17,'Đào Thị Nga','+84912000017','leader','12',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(18,'Cao Văn Nam','+84912000018','deputy','12',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(19,'Tạ Thị Ngọc','+84912000019','member','12',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(20,'Phan Văn Phú','+84912000020','leader','13',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(21,'Hà Thị Phương','+84912000021','deputy','13',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(22,'Lương Văn Quang','+84912000022','member','13',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(23,'Tô Thị Quyên','+84912000023','leader','14',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(24,'Chu Văn Sơn','+84912000024','deputy','14',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(25,'Kiều Thị Tâm','+84912000025','member','14',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(26,'Nghiêm Văn Thắng','+84912000026','village_head','6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(27,'La Thị Thu','+84912000027','village_head','5',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(28,'Bùi Thị Hà','+84903000001','area_officer','5 6',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(29,'Quách Văn Tùng','+84903000003','area_officer','1 2',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(30,'Âu Thị Vân','+84903000004','area_officer','11 12 13 14',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(31,'Đỗ Văn Hưng','+84903000002','duty','',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(32,'Thái Thị Xuân','+84903000005','duty','',NULL,1,0,'roster',1794492300000);
INSERT INTO user VALUES(33,'Vũ Thị Lan','+84909000001','chief','',NULL,1,0,'roster',1794492300000);
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
INSERT INTO party VALUES(1851434120307679,'tip',X'f36d9a67e02958764a8eebd9609a7894',X'4063a18e642b28d548b1110b98325c20ee9391b177572b9a9bfe78f16f43420a55b8a06740cf8638d92fa01281b644da66fea2f8a97fdff4698b0933bef9cb6d9ee19910640a926bb655a52f24125633',0,1794416400000,NULL);
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
INSERT INTO part VALUES(1,X'6af5c78c03e7c1fe66d56b9de1b4e13a','sim',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'004200430020006d0061006e002000640065002000740072006f006d0020006d0061007400200078006500200077006100760065',1);
INSERT INTO part VALUES(2,X'6af5c78c2a9b66ecca7e82644ecd9f8e','sim',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'00540049004e0020006d0061006e00200064006500200063006f002000640061006e006800200062006100630020006f0020007100750061006e0020006e0075006f0063',2);
INSERT INTO part VALUES(3,X'6af5c78c1a8c4ede7546b6d57fd0e6fd','sim',NULL,NULL,0,0,1,1,0,0,1794492300000,1794492300000,X'00560041004f',3);
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
INSERT INTO message VALUES(1,'sim',1,NULL,0,1794492300000,1794492300000,1794492300000,'BC man de trom mat xe wave','incident','report',1,-5880716015188195728);
INSERT INTO message VALUES(2,'sim',NULL,1851434120307679,0,1794492300000,1794492300000,1794492300000,'TIN man de co danh bac o quan nuoc','tip','tip',2,4147285409735052302);
INSERT INTO message VALUES(3,'sim',2,NULL,0,1794492300000,1794492300000,1794492300000,'VAO','checkin','checkin',NULL,NULL);
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
);
INSERT INTO incident VALUES(1,'73900',1,'incident','TROM','6',3,0,0,'mat xe wave',NULL,1,NULL,1,1794492300000,'open',NULL,NULL,NULL,NULL,NULL,0,NULL,1);
INSERT INTO incident VALUES(2,'76381',1,'tip','KHAC','6',2,0,1,'co danh bac o quan nuoc',NULL,NULL,1851434120307679,2,1794492300000,'open',NULL,NULL,NULL,NULL,NULL,0,NULL,0);
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
    onscene_ms  BIGINT,
    PRIMARY KEY (incident_id, user_id)
) WITHOUT ROWID;
INSERT INTO concern VALUES(1,2,0,NULL);
INSERT INTO concern VALUES(1,28,0,NULL);
INSERT INTO concern VALUES(1,31,0,NULL);
INSERT INTO concern VALUES(1,32,0,NULL);
INSERT INTO concern VALUES(2,28,0,NULL);
INSERT INTO concern VALUES(2,31,0,NULL);
INSERT INTO concern VALUES(2,32,0,NULL);
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
);
INSERT INTO outbox VALUES(1,1,NULL,2,1,1,1,'Da nhan vu 73900: TROM Man De.',1794492300000,1794492300000,1794495900000,'sent','sim',1,1,0,4,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(2,28,NULL,1,1,1,1,'VU 73900 TROM Man De: mat xe wave. Nhan viec: NHAN 73900',1794492300000,1794492300000,1794499500000,'sent','sim',1,28,0,0,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(3,31,NULL,1,1,1,1,'VU 73900 TROM Man De: mat xe wave. Nhan viec: NHAN 73900',1794492300000,1794492300000,1794499500000,'sent','sim',1,31,0,1,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(4,32,NULL,1,1,1,1,'VU 73900 TROM Man De: mat xe wave. Nhan viec: NHAN 73900',1794492300000,1794492300000,1794499500000,'sent','sim',1,32,0,2,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(5,2,NULL,1,1,1,1,'VU 73900 TROM Man De: mat xe wave. Den noi nhan: CM 73900',1794492300000,1794492300000,1794499500000,'sent','sim',1,2,0,3,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(6,NULL,1851434120307679,2,1,2,2,'Da nhan tin 76381. Cam on. Khong chuyen so may cua ban cho to, thon. Day khong phai don to giac. Bo sung: THEM 76381 noi dung',1794492300000,1794492300000,1794495900000,'sent','sim',1,-1851434120307679,0,8,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(7,28,NULL,1,1,2,2,'TIN 76381 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 76381',1794492300000,1794492300000,1794499500000,'sent','sim',1,28,0,5,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(8,31,NULL,1,1,2,2,'TIN 76381 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 76381',1794492300000,1794492300000,1794499500000,'sent','sim',1,31,0,6,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(9,32,NULL,1,1,2,2,'TIN 76381 Man De: co danh bac o quan nuoc. Nhan viec: NHAN 76381',1794492300000,1794492300000,1794499500000,'sent','sim',1,32,0,7,NULL,1794492300000,NULL);
INSERT INTO outbox VALUES(10,2,NULL,2,0,NULL,3,'Da ghi VAO Man De luc 21:05. Het ca nhan: RA',1794492300000,1794492300000,1794495900000,'sent','sim',1,2,0,9,NULL,1794492300000,NULL);
CREATE TABLE job (
    id     INTEGER PRIMARY KEY,
    kind   TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    clock  INTEGER NOT NULL,
    due_ms BIGINT  NOT NULL,
    tries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
INSERT INTO job VALUES(2,'balance','',0,1794578700000,0);
INSERT INTO job VALUES(3,'daily','',0,1794578700000,0);
INSERT INTO job VALUES(4,'alert','1',0,1794494100000,0);
INSERT INTO job VALUES(5,'alert','2',0,1794494100000,0);
CREATE TABLE attendance (
    id        INTEGER PRIMARY KEY,
    user_id   BIGINT NOT NULL REFERENCES "user" (id),
    place     TEXT   NOT NULL,
    night     TEXT   NOT NULL,
    in_ms     BIGINT NOT NULL,
    out_ms    BIGINT,
    message_id BIGINT REFERENCES message (id)
);
INSERT INTO attendance VALUES(1,2,'6','2026-11-12',1794492300000,NULL,3);
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
);
INSERT INTO line_state VALUES('sim','up',-71,1,1,0,50,'Viettel','+84980200030','TK goc 50000d, su dung den 31/12/2027. TK khuyen mai: 100 SMS noi mang.',1794492300000,1794492300000);
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
COMMIT;
