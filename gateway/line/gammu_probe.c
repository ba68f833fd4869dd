// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao line --probe`: asks a modem everything the service needs of it and says what to
 * do where something is missing. Called by gateway/cmd/line.c. Reads only; nothing is sent,
 * and no text is read or deleted.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK_DBM (-95)
#define PROBE_GOOD 0
#define PROBE_BAD 1

struct probe {
    struct gm_modem m;
    bool bad;
};

static void say(struct probe *p, bool ok, const char *what, const char *value, const char *remedy)
{
    printf("%s  %-12s %s\n", ok ? "OK" : "!!", what, value);
    if (!ok) {
        printf("    -> %s\n", remedy);
        p->bad = true;
    }
}

static void note(const char *what, const char *value)
{
    printf("OK  %-12s %s\n", what, value);
}

static void say_identity(struct probe *p)
{
    struct line_hello h;
    char text[128];
    memset(&h, 0, sizeof h);
    gm_hello(&p->m, &h);
    snprintf(text, sizeof text, "%s %s", h.maker[0] ? h.maker : "(no name)", h.model);
    note("modem", text);
    size_t n = strlen(h.imei);
    for (size_t i = 4; i + 3 < n; i++)
        h.imei[i] = 'x';
    say(p, n > 0, "IMEI", n ? h.imei : "none",
        "the modem does not tell its IMEI: a forged or broken one may be "
        "refused by the network");
}

static void say_sim(struct probe *p, const struct line_status *s)
{
    static const char *const name[] = {
        [SIM_UNKNOWN] = "unknown",      [SIM_READY] = "ready", [SIM_PIN] = "asks for PIN",
        [SIM_PUK] = "locked, asks PUK", [SIM_ABSENT] = "none", [SIM_FAULT] = "fault"};
    say(p, s->sim == SIM_READY, "SIM", name[s->sim <= SIM_FAULT ? s->sim : SIM_UNKNOWN],
        s->sim == SIM_PIN   ? "give the PIN: TINBAO_PIN=1234 in the environment, or switch the PIN off in a phone"
        : s->sim == SIM_PUK ? "unlock the SIM in a phone with its PUK"
                            : "put a SIM in and seat it well; try it in a phone");
}

static void say_network(struct probe *p, const struct line_status *s)
{
    static const char *const name[] = {
        [REG_UNKNOWN] = "unknown",     [REG_HOME] = "registered", [REG_ROAMING] = "roaming",
        [REG_SEARCHING] = "searching", [REG_DENIED] = "refused",  [REG_NONE] = "not registered"};
    char text[128];
    bool in = s->registration == REG_HOME || s->registration == REG_ROAMING;
    snprintf(text, sizeof text, "%s%s%s%s%s%s", name[s->registration <= REG_NONE ? s->registration : REG_UNKNOWN],
             s->operator_name[0] ? ", " : "", s->operator_name, s->operator_code[0] ? " (" : "", s->operator_code,
             s->operator_code[0] ? ")" : "");
    say(p, in, "network", text,
        s->registration == REG_DENIED
            ? "the network refuses this SIM or modem: is the SIM active, paid, and registered to an owner?"
            : "no network: check the antenna; 2G is being switched off, so the modem must speak 4G");
    bool known = s->signal_dbm != 0, good = s->signal_dbm > WEAK_DBM;
    snprintf(text, sizeof text, known ? "%d dBm, %s" : "unknown", s->signal_dbm, good ? "good" : "weak");
    say(p, known && good, "signal", text, "move the antenna to a window or up, away from the box and its power supply");
}

static void say_rest(struct probe *p, const struct line_status *s)
{
    char text[96];
    say(p, s->smsc[0], "SMSC", s->smsc[0] ? s->smsc : "none",
        "no service centre: nothing can be sent; set it in a phone, or with AT+CSCA, as the operator says");
    snprintf(text, sizeof text, "%u of %u used (%s)", s->sim_used, s->sim_total,
             p->m.has_sm && p->m.has_me ? "SIM and modem"
             : p->m.has_me              ? "modem"
                                        : "SIM");
    say(p, s->sim_total > 0 && s->sim_used < s->sim_total, "storage", text,
        s->sim_total ? "full: the network holds new texts back; 'tinbao serve' reads and empties it"
                     : "no storage for texts answers: is the SIM ready?");
    say(p, p->m.notify, "notification", p->m.notify ? "the modem announces new texts (+CNMI)" : "no",
        "texts will be found by polling only (slower); another AT port of the same modem may do better");
}

int gammu_line_probe(const struct line_options *o)
{
    struct probe *p = calloc(1, sizeof *p);
    struct line_status s;
    if (!p)
        return PROBE_BAD;
    printf("%s\n", o->device);
    int rc = gm_open(&p->m, o, NULL, NULL);
    say(p, rc == 0, "port", rc ? "no" : "answers AT", p->m.why);
    if (!rc) {
        if (gm_unlock(&p->m) == -EPERM && o->pin[0])
            printf("!!  %-12s %s\n", "PIN", p->m.why);
        say_identity(p);
        rc = gm_notify(&p->m);
        if (!rc)
            rc = gm_status(&p->m, &s);
        if (rc) {
            say(p, false, "answers", "stopped", "the modem stopped answering: unplug it, plug it in and probe again");
        } else {
            say_sim(p, &s);
            say_network(p, &s);
            say_rest(p, &s);
        }
    }
    bool bad = p->bad;
    gm_close(&p->m);
    free(p);
    puts(bad ? "not usable as it is: see the lines marked !!" : "good: this modem can serve");
    return bad ? PROBE_BAD : PROBE_GOOD;
}
