// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts through everything: phones, network, virtual modem, libgammu, the core, the database
 * and back. Single, 2 and 5 parts, GSM-7 and UCS2 with accents, out of order, senders with the
 * same reference. Every text must be one incident, byte for byte, and be confirmed once.
 *
 * usage: through TINBAO [COUNT] [SECONDS]      (1000 texts, at most 300 s)
 * Exit 0 when all is so; 1 else, with what differs; the directory is then left for a look.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"

#define FEED 12

static bool done(const struct rig *r)
{
    return r->next >= r->count && rig_drained(r) && r->n_seen >= r->count;
}

static int drive(struct rig *r, int64_t limit_ms)
{
    int64_t from_ms = mono_ms(), fed_ms = 0;
    int rc = rig_start(r), status;
    while (!rc && !done(r) && mono_ms() - from_ms < limit_ms) {
        if (r->next < r->count && air_held(r->air) == 0)
            rc = rig_feed(r, FEED);
        if (r->next >= r->count && !fed_ms)
            fed_ms = mono_ms();
        rig_run(r, 2);
        if (rig_ended(r, &status)) {
            fprintf(stderr, "the service ended, status %d\n", status);
            return -EPIPE;
        }
    }
    rig_run(r, 500); /* what comes twice must have time to come */
    printf("through: %d texts in %.1f s\n", r->next, (double)(mono_ms() - from_ms - 500) / 1000);
    return rc;
}

int main(int argc, char **argv)
{
    struct rig r = {.core = 0};
    struct rig_count c;
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: through TINBAO [COUNT] [SECONDS]\n");
        return 2;
    }
    int count = argc > 2 ? atoi(argv[2]) : 1000, limit_s = argc > 3 ? atoi(argv[3]) : 300;
    log_setup("through", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    if (count < 1 || rig_open(&r, argv[1], count, 30, 100)) {
        fprintf(stderr, "through: can not be set up\n");
        return 2;
    }
    int rc = drive(&r, limit_s * 1000LL);
    int status = rig_stop(&r, 10000);
    if (!rc)
        rc = rig_compare(&r, &c);
    bool good = !rc && status == 0 && c.incidents == count && !c.lost && !c.doubled && c.confirmations == count &&
                !c.unconfirmed && !c.twice && !r.wrong;
    if (!rc)
        printf("through: %d incidents of %d, %d lost, %d doubled, %d confirmations, %d without, %d twice, %d wrong, "
               "exit %d: %s\n",
               c.incidents, count, c.lost, c.doubled, c.confirmations, c.unconfirmed, c.twice, r.wrong, status,
               good ? "good" : "NOT GOOD");
    rig_close(&r, !good);
    return good ? 0 : 1;
}
