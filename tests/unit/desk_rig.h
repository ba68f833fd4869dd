// SPDX-License-Identifier: GPL-2.0-or-later
/* A desk over the demo commune with a database and a clock of its own: texts and parts in,
 * rows out. For what a played conversation can not show. Run from the top of the tree. */
#ifndef TB_TESTS_DESK_RIG_H
#define TB_TESTS_DESK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/utf.h"
#include "gateway/desk/desk.h"
#include "store/engine.h"
#include "store/outbox.h"

#include <dirent.h>
#include <unistd.h>

#define RIG_START_MS 1794492000000LL /* 2026-11-12, the evening */
#define MEMBER "+84912000001"        /* Nguyen Van An, Man De */
#define LEADER "+84912000002"
#define OFFICER "+84903000001" /* Bui Thi Ha: Man De, and named for the restricted kinds */
#define DUTY "+84903000002"
#define STRANGER "+84912000090"

struct rig {
    char dir[64];
    struct db *db;
    struct config *cfg;
    struct clock *clock;
    struct desk *desk;
};

static inline int rig_setup_on(void **state, const char *config)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct problems *p = problems_new();
    if (!r || !p) {
        free(r);
        problems_free(p);
        return -1;
    }
    *state = r;
    log_setup("test", LOG_ERR_, false);
    memcpy(r->dir, "/tmp/tinbao-desk-XXXXXX", sizeof("/tmp/tinbao-desk-XXXXXX"));
    r->clock = clock_new_manual(RIG_START_MS, 1000);
    r->cfg = config_load(config, p);
    int rc = mkdtemp(r->dir) && r->clock && r->cfg ? db_open(&r->db, r->dir, DB_WRITE) : -EINVAL;
    if (!rc)
        rc = user_sync(r->db, r->cfg->roster, r->cfg->n_roster, RIG_START_MS, NULL);
    r->desk = rc ? NULL : desk_new(r->db, r->cfg, r->clock, p);
    problems_free(p);
    return r->desk ? 0 : -1;
}

static inline int rig_setup(void **state)
{
    return rig_setup_on(state, "config/demo/tinbao.cfg");
}

static inline int rig_teardown(void **state)
{
    struct rig *r = *state;
    desk_free(r->desk);
    db_close(r->db);
    config_free(r->cfg);
    clock_free(r->clock);
    DIR *d = opendir(r->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[sizeof(r->dir) + 260];
        snprintf(path, sizeof(path), "%s/%s", r->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    int rc = rmdir(r->dir);
    free(r);
    return rc;
}

static inline void rig_give(struct rig *r, struct sms_part *p, const char *sender, const char *text)
{
    snprintf(p->sender, sizeof(p->sender), "%s", sender);
    int n = utf8_to_utf16be(text, p->body, sizeof(p->body));
    assert_true(n >= 0);
    p->body_len = (uint16_t)n;
    struct sms_part given = *p;
    given.smsc_ms = p->smsc_ms < 0 ? 0 : clock_now_ms(r->clock); /* -1: the network gave no time */
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_part(r->desk, "gsm1", &given), 0);
    assert_int_equal(db_commit(r->db), 0);
    clock_advance(r->clock, 1000);
}

/* One of the parts of a long text. */
static inline void rig_part(struct rig *r, const char *sender, int ref, int seq, int total, const char *text)
{
    struct sms_part p = {.ref = (uint16_t)ref, .ref_bits = 8, .total = (uint8_t)total, .seq = (uint8_t)seq};
    rig_give(r, &p, sender, text);
}

static inline void rig_text(struct rig *r, const char *sender, const char *text)
{
    struct sms_part p = {.total = 1, .seq = 1};
    rig_give(r, &p, sender, text);
}

/* Time passes, and all that falls due is done. */
static inline void rig_later(struct rig *r, int64_t ms)
{
    struct job job;
    clock_advance(r->clock, ms);
    for (struct now now = desk_now(r->desk); job_due(r->db, now.rel_ms, now.wall_ms, &job) == 0;) {
        assert_int_equal(db_begin(r->db), 0);
        assert_int_equal(desk_job(r->desk, &job), 0);
        assert_int_equal(db_commit(r->db), 0);
    }
}

/* The first column of the first row. */
static inline void rig_ask(struct rig *r, const char *sql, char *out, size_t size)
{
    assert_int_equal(db_exec(r->db, sql, out, size), 0);
}

static inline long rig_number(struct rig *r, const char *sql)
{
    char text[64];
    rig_ask(r, sql, text, sizeof(text));
    return strtol(text, NULL, 10);
}

/* The last text written to this user's phone. */
static inline const char *rig_said_to(struct rig *r, const char *phone, char text[400])
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "SELECT o.body FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE u.phone = '%s' ORDER BY o.id DESC "
             "LIMIT 1",
             phone);
    rig_ask(r, sql, text, 400);
    return text;
}

/* He texts; the last text written to him then. */
static inline const char *rig_ask_by(struct rig *r, const char *phone, const char *text, char out[400])
{
    rig_text(r, phone, text);
    return rig_said_to(r, phone, out);
}

#define rig_test(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

#endif
