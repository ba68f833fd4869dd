// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Alerts that nobody takes must climb on time, whatever happens to the core and to the clock: it is
 * killed a thousand times, between two events or at a step of a text, and the wall clock jumps by an
 * hour, a day, or to 1970, while up to six alerts are open. The player's clock stands still unless
 * moved, so days pass in seconds and lateness is exact.
 *
 * Each step of each alert must first arrive no earlier than it is due and at most 30 s late; a text
 * that arrives twice on a phone is a duplicate, and a crash may cause one: at no time are there more of them
 * than there were crashes.
 *
 * usage: climb TINBAO [RESTARTS] [JUMPS]    (1000 and 100; the core runs in this program: TINBAO is
 * not used)    Exit 0 when all is so, 1 when not, 2 when it could not be run.
 */
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/line/vmodem.h"
#include "gateway/play/host.h"
#include "gateway/play/workdir.h"
#include "gateway/serve/core.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LIVE_MAX 6
#define STEPS 3 /* the steps at the kind's own pace: severity 5, every five minutes */
#define PACE_MS (5 * MINUTE_MS)
#define LATE_MAX_MS 30000
#define TEXTS_MAX 64 /* different texts of one alert over all phones */

struct got {
    char phone[ADDRESS_SIZE];
    uint64_t text;
};

struct alert {
    bool used;
    char reporter[20], code[8];
    int64_t at_ms;               /* boot time of the report */
    int64_t first_ms[STEPS + 1]; /* boot time at which the step first arrived, 0 not yet */
    struct got got[TEXTS_MAX];
    int n_got;
};

struct rig {
    struct host host;
    struct air *air;
    struct clock *clock;
    char config[300];
    struct alert live[LIVE_MAX];
    bool armed;
    int restarts, jumps, alerts, steps, doubled, too_many, late, early, missing, unconfirmed;
    int64_t worst_ms, wall_off_ms;
    uint64_t random;
    char *text; /* scratch of a phone */
};

static uint32_t pick(struct rig *r, uint32_t below)
{
    r->random = r->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->random >> 33) % below;
}

static uint64_t hash(const char *s)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static void note_step(struct rig *r, struct alert *a, int step)
{
    if (step < 1 || step > STEPS || a->first_ms[step])
        return;
    int64_t late_ms = clock_boot_ms(r->clock) - (a->at_ms + step * PACE_MS);
    a->first_ms[step] = clock_boot_ms(r->clock);
    r->steps++;
    r->late += late_ms > LATE_MAX_MS;
    r->early += late_ms < 0;
    if (late_ms > r->worst_ms)
        r->worst_ms = late_ms;
    if (late_ms > LATE_MAX_MS || late_ms < 0)
        fprintf(stderr, "climb: %s step %d is %lld ms %s (after %d restarts, %d jumps)\n", a->code, step,
                (long long)llabs(late_ms), late_ms < 0 ? "early" : "late", r->restarts, r->jumps);
}

static void note_text(struct rig *r, struct alert *a, const struct air_sms *sms)
{
    struct got g = {.text = hash(sms->text)};
    memcpy(g.phone, sms->phone, sizeof(g.phone));
    for (int i = 0; i < a->n_got; i++) {
        if (a->got[i].text == g.text && !strcmp(a->got[i].phone, g.phone)) {
            r->doubled++;
            r->too_many += r->doubled > r->restarts;
            return;
        }
    }
    if (a->n_got < TEXTS_MAX)
        a->got[a->n_got++] = g;
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct rig *r = ctx;
    const char *again = strstr(sms->text, "NHAC LAN ");
    for (int i = 0; i < LIVE_MAX; i++) {
        struct alert *a = &r->live[i];
        if (!a->used)
            continue;
        if (!a->code[0] && !strcmp(sms->phone, a->reporter) && !strncmp(sms->text, "Da nhan vu ", 11))
            snprintf(a->code, sizeof(a->code), "%.5s", sms->text + 11);
        if (!a->code[0] || !strstr(sms->text, a->code))
            continue;
        note_text(r, a, sms);
        if (again)
            note_step(r, a, atoi(again + 9));
    }
}

/* The core died: as asked, and then it starts again; else the run is over. */
static int revive(struct rig *r)
{
    host_reap(&r->host);
    if (!WIFSIGNALED(r->host.status) || WTERMSIG(r->host.status) != SIGKILL || !r->armed) {
        fprintf(stderr, "climb: the core died unasked, status %d\n", r->host.status);
        workdir_log_tail(r->host.log_path, stderr);
        return -EPIPE;
    }
    r->armed = false;
    r->restarts++;
    return host_start(&r->host);
}

/* All that is due is done, and the air is still. */
static int settle(struct rig *r)
{
    for (int quiet = 0; quiet < 2;) {
        int rc = host_settle(&r->host, 20000);
        if (rc == -EPIPE) {
            rc = revive(r);
            quiet = 0;
        } else if (rc == 0) {
            int sm = 0, me = 0, total;
            air_capacity(r->air, AIR_SM, &sm, &total);
            air_capacity(r->air, AIR_ME, &me, &total);
            bool clean = sm + me == 0 && air_held(r->air) == 0 && r->host.lines_up && host_line_quiet(&r->host);
            quiet = clean ? quiet + 1 : 0;
            if (!clean)
                host_run(&r->host, 2);
        }
        if (rc)
            return rc;
    }
    return 0;
}

/* The hands move on; a fault in the core's timing shows as lateness. */
static int move(struct rig *r, int64_t ms)
{
    int64_t end = clock_boot_ms(r->clock) + ms;
    for (int64_t now; (now = clock_boot_ms(r->clock)) < end;) {
        int rc = settle(r);
        if (rc)
            return rc;
        int64_t wall = clock_now_ms(r->clock), next = r->host.next_ms;
        int64_t dt = next == INT64_MAX || next - wall > end - now ? end - now : next - wall;
        clock_advance(r->clock, dt < 1000 ? (end - now < 1000 ? end - now : 1000) : dt);
        if (host_tell_clock(&r->host) < 0 && (rc = revive(r)))
            return rc;
        air_pump(r->air);
    }
    return settle(r);
}

static int report(struct rig *r, struct alert *a)
{
    static const char *const kinds[] = {"chay", "cuop", "danh nhau", "duoi nuoc", "luu dan"};
    static const char *const what[] = {"o dau xom", "gan cho", "sau nha van hoa", "ben cau", "ngoai dong"};
    char text[100];
    *a = (struct alert){.used = true, .at_ms = clock_boot_ms(r->clock)};
    snprintf(a->reporter, sizeof(a->reporter), "+84912000%03u", 1 + (unsigned)(r->alerts % 25));
    for (int i = 0; i < LIVE_MAX; i++) /* a reporter with one alert: his confirmation is of it */
        if (&r->live[i] != a && r->live[i].used && !strcmp(r->live[i].reporter, a->reporter))
            snprintf(a->reporter, sizeof(a->reporter), "+84912000026");
    snprintf(text, sizeof(text), "BC man de %s %s %d", kinds[pick(r, 5)], what[pick(r, 5)], r->alerts);
    r->alerts++;
    int rc = air_text(r->air, a->reporter, text);
    return rc ? rc : settle(r);
}

/* The alert has had its steps: what did not come is missing; a duty officer takes it. */
static int finish(struct rig *r, struct alert *a)
{
    char text[24];
    r->unconfirmed += !a->code[0];
    for (int s = 1; s <= STEPS; s++)
        r->missing += !a->first_ms[s];
    snprintf(text, sizeof(text), "NHAN %s", a->code);
    a->used = false;
    int rc = air_text(r->air, "+84903000002", text);
    struct air_sms *sms = rc ? NULL : calloc(1, sizeof(*sms));
    rc = rc ? rc : settle(r);
    while (sms && air_take(r->air, NULL, sms) == 1)
        ; /* the phones' stores are bounded */
    free(sms);
    return rc;
}

static int look_at_alerts(struct rig *r, bool no_more)
{
    int rc = 0;
    for (int i = 0; !rc && i < LIVE_MAX; i++) {
        struct alert *a = &r->live[i];
        if (a->used && clock_boot_ms(r->clock) - a->at_ms > STEPS * PACE_MS + 2 * LATE_MAX_MS)
            rc = finish(r, a);
        else if (!a->used && !no_more && pick(r, 3) == 0)
            rc = report(r, a);
    }
    return rc;
}

static int crash(struct rig *r)
{
    static const enum play_step steps[] = {STEP_SENT, STEP_COMMITTED, STEP_KEPT, STEP_RECEIVED};
    if (pick(r, 2) == 0) {
        host_kill(&r->host);
        r->restarts++;
        r->armed = false;
        return host_start(&r->host);
    }
    r->armed = true; /* at the next text that comes to this step */
    return host_fail_at(&r->host, steps[pick(r, pick(r, 2) ? 1 : 4)], 0) < 0 ? revive(r) : settle(r);
}

static int jump(struct rig *r)
{
    int64_t now = clock_now_ms(r->clock), by = 0;
    switch (pick(r, 6)) {
    case 0:
        by = HOUR_MS;
        break;
    case 1:
        by = -HOUR_MS;
        break;
    case 2:
        by = DAY_MS;
        break;
    case 3:
        by = -DAY_MS;
        break;
    case 4:
        by = 90 * SECOND_MS - now; /* 1970 */
        break;
    default:
        by = -r->wall_off_ms; /* set right again */
    }
    clock_jump(r->clock, by);
    r->wall_off_ms += by;
    r->jumps++;
    return host_tell_clock(&r->host) < 0 ? revive(r) : settle(r);
}

static int storm(struct rig *r, int restarts, int jumps)
{
    int rc = host_start(&r->host);
    rc = rc ? rc : settle(r);
    while (!rc && (r->restarts < restarts || r->jumps < jumps)) {
        rc = look_at_alerts(r, false);
        if (!rc && r->restarts < restarts && !r->armed)
            rc = crash(r);
        if (!rc && r->jumps < jumps && (r->restarts >= restarts || pick(r, (uint32_t)(restarts / jumps) + 1) == 0))
            rc = jump(r);
        if (!rc)
            rc = move(r, SECOND_MS * (1 + pick(r, 60)));
    }
    if (r->armed && !rc)
        rc = host_fail_at(&r->host, STEP_NONE, 0);
    for (int i = 0; !rc && i < 40; i++) { /* what is open runs to its end */
        rc = look_at_alerts(r, true);
        rc = rc ? rc : move(r, 30 * SECOND_MS);
    }
    return rc;
}

static int write_config(struct rig *r)
{
    char here[200];
    snprintf(r->config, sizeof(r->config), "%s/tinbao.cfg", r->host.state_dir);
    FILE *f = getcwd(here, sizeof(here)) ? fopen(r->config, "w") : NULL;
    if (!f)
        return -errno;
    fprintf(f,
            "places = \"%s/config/demo/places.cfg\"; roster = \"%s/config/demo/roster.csv\"; demo = true;\n"
            "join_window_s = 0;\n"
            "lines = ( { name = \"sim\"; device = \"virtual\"; own_number = \"+84900000000\"; } );\n",
            here, here);
    return fclose(f) ? -errno : 0;
}

static int open_rig(struct rig *r)
{
    static const struct host_makers makers = {core_main, vmodem_new, vmodem_free, vmodem_path, vmodem_quiet};
    const struct civil start = {.year = 2026, .month = 11, .day = 12, .hour = 21};
    const struct air_events ev = {.ctx = r, .arrived = on_arrived};
    r->random = 20261122;
    r->clock = clock_new_manual(civil_to_ms(&start), HOUR_MS);
    r->air = r->clock ? air_new(r->clock, "+84900000000", 50, 100) : NULL;
    if (!r->air || air_listen(r->air, &ev) < 0)
        return -ENOMEM;
    int rc = workdir_make(NULL, "climb", r->host.state_dir, sizeof(r->host.state_dir));
    rc = rc ? rc : write_config(r);
    if (rc)
        return rc;
    snprintf(r->host.log_path, sizeof(r->host.log_path), "%s/core.log", r->host.state_dir);
    r->host.config_path = r->config;
    return host_open(&r->host, &makers, r->air, r->clock, false);
}

int main(int argc, char **argv)
{
    struct rig *r = calloc(1, sizeof(*r));
    int restarts = argc > 2 ? atoi(argv[2]) : 1000, jumps = argc > 3 ? atoi(argv[3]) : 100;
    if (!r || argc < 2 || restarts < 1 || jumps < 1) {
        fprintf(stderr, "usage: climb TINBAO [RESTARTS] [JUMPS]\n");
        return 2;
    }
    log_setup("climb", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    int64_t from_ms = mono_ms();
    int rc = open_rig(r);
    rc = rc ? rc : storm(r, restarts, jumps);
    bool good = !rc && !r->late && !r->early && !r->missing && !r->unconfirmed && !r->too_many &&
                r->restarts >= restarts && r->jumps >= jumps;
    printf(
        "climb: %d restarts, %d jumps, %d alerts, %d steps on time but %d late (worst %.1f s), %d early, %d missing, "
        "%d unconfirmed, %d texts doubled, in %.1f s: %s\n",
        r->restarts, r->jumps, r->alerts, r->steps, r->late, (double)r->worst_ms / 1000, r->early, r->missing,
        r->unconfirmed, r->doubled, (double)(mono_ms() - from_ms) / 1000, good ? "good" : "NOT GOOD");
    if (rc)
        fprintf(stderr, "climb: ended early: %s\n", strerror(-rc));
    host_close(&r->host);
    air_free(r->air);
    clock_free(r->clock);
    if (good)
        workdir_remove(r->host.state_dir);
    else
        fprintf(stderr, "climb: kept in %s\n", r->host.state_dir);
    free(r);
    return good ? 0 : 1;
}
