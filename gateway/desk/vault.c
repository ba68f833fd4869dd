// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backups, recovery and the disk as the desk sees them, see vault.h. Called by the jobs, by serve's vault
 * and by trouble.c. What can go wrong is the storage; and a clock that was a year ahead when the last
 * backup was made, which must not keep the next one from being made.
 */
#include "gateway/desk/vault.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"
#include "gateway/desk/trouble.h"
#include "store/recover.h"

#include <stdio.h>
#include <string.h>

#define SOON_MS (5 * MINUTE_MS)     /* after a start: the SIM is read first */
#define TEST_AFTER_MS (HOUR_MS / 2) /* the test of the week follows the backup of its night */
#define AGAIN_MS HOUR_MS
#define AT_DEFAULT (3 * 60 + 30)

static const struct {
    const char *job, *last;
    int64_t period_ms, after_ms;
} ERRANDS[] = {{"backup", "backup_ms", DAY_MS, 0}, {"restore_test", "restore_test_ms", 7 * DAY_MS, TEST_AFTER_MS}};

/* The first time of day `at` after this. */
static int64_t next_at(const struct desk *d, int64_t after_ms)
{
    int minutes = config_minutes(d->cfg->backup.at);
    int64_t at_ms = civil_day_start_ms(after_ms) + (minutes < 0 ? AT_DEFAULT : minutes) * MINUTE_MS;
    return at_ms > after_ms ? at_ms : at_ms + DAY_MS;
}

static int plan(struct desk *d, size_t i)
{
    int64_t last = 0, now = now_calendar(service_now(&d->time));
    int rc = meta_get_i64(d->db, ERRANDS[i].last, &last);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT || last > now + HOUR_MS) { /* never, or by a clock that was wrong */
        last = -now;                             /* since then there was none */
        rc = meta_set_i64(d->db, ERRANDS[i].last, last);
    }
    last = last < 0 ? -last : last;
    int64_t due = next_at(d, last + ERRANDS[i].period_ms - DAY_MS) + ERRANDS[i].after_ms;
    return rc < 0 ? rc : job_set(d->db, ERRANDS[i].job, "", JOB_WALL, due > now ? due : now + SOON_MS);
}

int vault_plan(struct desk *d)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < ARRAY_LEN(ERRANDS); i++)
        rc = plan(d, i);
    return rc;
}

int vault_due(struct desk *d, const char *key)
{
    (void)key;
    return vault_plan(d);
}

int vault_passed(struct desk *d, bool test)
{
    int64_t now = now_calendar(service_now(&d->time));
    int64_t due = next_at(d, now + ERRANDS[test].period_ms - DAY_MS) + ERRANDS[test].after_ms;
    return job_set(d->db, ERRANDS[test].job, "", JOB_WALL, due);
}

/* --- alarms ------------------------------------------------------------------------------- */

/* Those that do not wait for the morning. */
static const char *const AT_ONCE[] = {"database", "audit", "disk"};
static const char *const LATER[] = {"disk_low", "backup", "restore_test"};

static bool among(const char *const *list, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], what))
            return true;
    return false;
}

bool vault_trouble(const char *what)
{
    return among(AT_ONCE, ARRAY_LEN(AT_ONCE), what) || among(LATER, ARRAY_LEN(LATER), what);
}

int vault_tell(struct desk *d, const char *what, const char *words)
{
    char out[OUT_SIZE];
    int rc = text_say(d->cfg, TEXT_STORAGE, out, sizeof(out), "name", d->cfg->service_name, "text", words, NULL);
    if (rc < 0 || !among(AT_ONCE, ARRAY_LEN(AT_ONCE), what))
        return rc < 0 ? rc : tell_warning(d, out);
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == ROLE_DUTY || u->role == ROLE_CHIEF)
            rc = tell_user(d, u->id, PRIO_ALERT, 0, 0, out);
    }
    return rc;
}

int vault_start(struct desk *d)
{
    char text[160], at[24];
    int64_t from_ms = 0;
    bool fresh = false;
    int rc = recover_pending(d->db, &from_ms);
    if (!rc) /* the journal was played again before the desk began (serve/setup.c) */
        rc = recover_replayed(d->db);
    if (!rc || rc == -ENOENT)
        rc = recover_untold(d->db, &from_ms, &fresh);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    clock_text(from_ms, 0, at, sizeof(at));
    if (fresh)
        snprintf(text, sizeof(text), "So lieu hong, khong co ban sao luu nen phai mo so moi; tep cu con giu");
    else
        snprintf(text, sizeof(text), "So lieu hong, da lay lai ban sao luu %s; tin sau do dang doc lai", at);
    rc = trouble_over(d, "database"); /* one of an earlier time */
    if (!rc)
        rc = trouble_raise(d, "database", text);
    return rc < 0 ? rc : recover_told(d->db);
}

int vault_audit_broken(struct desk *d)
{
    return trouble_raise(d, "audit", "Nhat ky he thong bi sua hoac hong, hay go: tinbao verify");
}

int vault_disk(struct desk *d, enum vault_disk how, int64_t free_mb)
{
    char text[120];
    if (how == VAULT_DISK_FULL)
        return trouble_raise(d, "disk", "Dia day, dang dung phan du tru. Don bot tep ngay");
    int rc = trouble_over(d, "disk");
    if (rc < 0 || how == VAULT_DISK_FINE)
        return rc < 0 ? rc : trouble_over(d, "disk_low");
    snprintf(text, sizeof(text), "Dia sap day, con %lld MB. Don bot tep tren may", (long long)free_mb);
    return trouble_raise(d, "disk_low", text);
}

int vault_seen(struct desk *d)
{
    static const char *const stands[] = {"database", "audit"};
    int n = 0, rc = 0;
    for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(stands); i++) {
        struct trouble t;
        if (trouble_get(d->db, stands[i], &t) == 0) {
            n++;
            rc = trouble_over(d, stands[i]);
        }
    }
    return rc < 0 ? rc : n;
}

/* --- what became of an errand ------------------------------------------------------------- */

static const char *why_text(int rc)
{
    switch (rc) {
    case -ENOSPC:
        return "dia day";
    case -EACCES:
    case -EPERM:
    case -EROFS:
        return "khong ghi duoc vao noi luu";
    case -ENOENT:
    case -ENOTDIR:
    case -ENODEV:
        return "khong thay noi luu, hay xem lai o dia";
    case -ETIMEDOUT:
        return "o dia khong tra loi";
    default:
        return "ban sao khong doc lai duoc";
    }
}

static int failed(struct desk *d, const struct vault_outcome *o)
{
    char text[160];
    snprintf(text, sizeof(text), "%s: %s", o->test ? "Thu phuc hoi ban sao luu khong duoc" : "Sao luu khong duoc",
             why_text(o->rc));
    int rc = trouble_raise(d, ERRANDS[o->test].job, text);
    int64_t now = now_calendar(service_now(&d->time));
    return rc < 0 ? rc : job_set(d->db, ERRANDS[o->test].job, "", JOB_WALL, now + AGAIN_MS);
}

int vault_settled(struct desk *d, const struct vault_outcome *o)
{
    if (o->rc)
        return failed(d, o);
    int rc = meta_set_i64(d->db, ERRANDS[o->test].last, now_calendar(service_now(&d->time)));
    if (!rc && !o->test)
        rc = meta_set(d->db, "backup_name", o->name);
    if (!rc && !o->test)
        rc = meta_set_i64(d->db, "backup_bytes", o->bytes);
    if (!rc)
        rc = trouble_over(d, ERRANDS[o->test].job);
    return rc < 0 ? rc : vault_passed(d, o->test);
}

int vault_head(struct desk *d, const char *line)
{
    return event_line(d, "audit.head", "audit", line);
}

int vault_state(struct desk *d, struct vault_state *out)
{
    struct trouble t;
    memset(out, 0, sizeof(*out));
    int rc = meta_get_i64(d->db, ERRANDS[0].last, &out->backup_ms);
    if (!rc)
        rc = meta_get_i64(d->db, ERRANDS[1].last, &out->test_ms);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (out->backup_ms > 0 && meta_get(d->db, "backup_name", out->name, sizeof(out->name)) == 0)
        rc = meta_get_i64(d->db, "backup_bytes", &out->bytes);
    out->backup_ms = out->backup_ms > 0 ? out->backup_ms : 0;
    out->test_ms = out->test_ms > 0 ? out->test_ms : 0;
    out->backup_fails = trouble_get(d->db, ERRANDS[0].job, &t) == 0;
    out->test_fails = trouble_get(d->db, ERRANDS[1].job, &t) == 0;
    return rc == -ENOENT ? 0 : rc;
}
