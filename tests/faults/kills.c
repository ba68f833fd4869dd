// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core and the line killed with SIGKILL at random moments while texts come in. Nothing may
 * be lost, no incident doubled; a confirmation may come twice (a doubled text is a nuisance),
 * never not at all.
 *
 * usage: kills TINBAO [KILLS] [SECONDS]    (200 of the core and 200 of the line, at most 600 s)
 * Exit 0 when all is so; 1 else; the directory is then left for a look.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"

struct score {
    int core, line, missed;
};

/* One death, after which the service is started again at once if it was the core's. */
static int kill_one(struct rig *r, struct score *s, int kills)
{
    bool core = s->line >= kills || (s->core < kills && rig_random(r, 2) == 0);
    if (core) {
        rig_kill_core(r);
        s->core++;
        return rig_start(r);
    }
    pid_t line = rig_line_pid(r);
    if (line > 0 && kill(line, SIGKILL) == 0)
        s->line++;
    else
        s->missed++;
    return 0;
}

/* Kills and texts side by side, so that every moment of a text's life gets its share. */
static int storm(struct rig *r, struct score *s, int kills, int64_t limit_ms)
{
    int64_t from_ms = mono_ms();
    int rc = rig_start(r), status, all = 2 * kills;
    while (!rc && s->core + s->line < all && mono_ms() - from_ms < limit_ms) {
        int due = (int)((int64_t)r->count * (s->core + s->line + 1) / all);
        while (!rc && r->next < due && air_held(r->air) < 50)
            rc = rig_feed(r, 1 + (int)rig_random(r, 4));
        /* a start takes about 0.2 s: short lives hit it, long ones hit the work */
        rig_run(r, 20 + rig_random(r, rig_random(r, 3) ? 400 : 1200));
        if (rig_ended(r, &status)) {
            fprintf(stderr, "the service ended by itself, status %d\n", status);
            return -EPIPE;
        }
        rc = rc ? rc : kill_one(r, s, kills);
    }
    return rc;
}

/* In peace all must come to an end; also what waits for its second try. */
static int peace(struct rig *r, int64_t limit_ms)
{
    struct rig_count c;
    int64_t from_ms = mono_ms(), looked_ms = 0;
    int rc = 0;
    while (!rc && mono_ms() - from_ms < limit_ms) {
        if (r->next < r->count && air_held(r->air) == 0)
            rc = rig_feed(r, 8);
        rig_run(r, 200);
        if (r->next < r->count || !rig_drained(r) || mono_ms() - looked_ms < 2000)
            continue;
        looked_ms = mono_ms();
        rc = rig_compare(r, &c);
        if (!rc && c.lost == 0 && c.unconfirmed == 0)
            return 0;
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct rig r = {.core = 0};
    struct score s = {0, 0, 0};
    struct rig_count c = {0};
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: kills TINBAO [KILLS] [SECONDS]\n");
        return 2;
    }
    int kills = argc > 2 ? atoi(argv[2]) : 200, limit_s = argc > 3 ? atoi(argv[3]) : 600;
    log_setup("kills", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    if (kills < 1 || rig_open(&r, argv[1], kills * 10, 30, 100)) {
        fprintf(stderr, "kills: can not be set up\n");
        return 2;
    }
    int64_t from_ms = mono_ms();
    int rc = storm(&r, &s, kills, limit_s * 1000LL);
    printf("kills: %d of the core, %d of the line (%d found none), in %.1f s\n", s.core, s.line, s.missed,
           (double)(mono_ms() - from_ms) / 1000);
    if (!rc)
        rc = peace(&r, 120000);
    int status = rig_stop(&r, 10000);
    r.wrong = 0;
    if (!rc)
        rc = rig_compare(&r, &c);
    bool good = !rc && status == 0 && s.core >= kills && s.line >= kills && c.incidents == r.count && !c.lost &&
                !c.doubled && !c.unconfirmed && !r.wrong;
    printf("kills: %d texts, %d incidents, %d lost, %d doubled, %d not confirmed, %d confirmed twice, %d wrong, "
           "exit %d: %s\n",
           r.count, c.incidents, c.lost, c.doubled, c.unconfirmed, c.twice, r.wrong, status,
           good ? "good" : "NOT GOOD");
    rig_close(&r, !good);
    return good ? 0 : 1;
}
