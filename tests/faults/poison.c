// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A malformed PDU in the SIM of a running service: a user data header that claims 255 octets,
 * on which libgammu 1.42 writes past its array. The line dies or survives; the next good text
 * must be answered within 10 s, and the bad one be kept, marked 'corrupt' and removed. Then
 * the same at start-up, with the poison waiting before the good text.
 *
 * usage: poison TINBAO
 * Exit 0 when all is so; 1 else; the directory is then left for a look.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"
#include "gateway/line/tpdu.h"
#include "store/message.h"

#define ANSWER_MS 10000
#define START_MS 20000

/* SMSC, first octet 0x44 (UDHI), sender, PID, 8-bit DCS, time, UDL, UDHL = 0xFF. */
static const char *const poisons[] = {"07914889200009F1440B914819020000F100046211221200008205FF41424344",
                                      "07914889200009F1440B914819020000F10008621122120000820AFF000301020304050607"};

static int put_poison(struct rig *r, size_t i)
{
    uint8_t pdu[176];
    int n = tpdu_unhex(poisons[i], strlen(poisons[i]), pdu, sizeof(pdu));
    return n < 0 ? n : air_raw(r->air, pdu, (size_t)n);
}

static int put_good(struct rig *r, int i)
{
    char text[100];
    snprintf(text, sizeof(text), "BC man de co bac vu lanh %d sau cho", i);
    return air_text(r->air, "+84912000001", text);
}

/* Until `answers` replies have arrived: milliseconds, or -1. */
static int64_t wait_answers(struct rig *r, int answers, int64_t limit_ms)
{
    int64_t from_ms = mono_ms();
    int status;
    while (r->n_seen < answers && mono_ms() - from_ms < limit_ms) {
        rig_run(r, 5);
        if (rig_ended(r, &status))
            return -1;
    }
    return r->n_seen >= answers ? mono_ms() - from_ms : -1;
}

static bool wait_drained(struct rig *r, int64_t limit_ms)
{
    for (int64_t until_ms = mono_ms() + limit_ms; !rig_drained(r) && mono_ms() < until_ms;)
        rig_run(r, 5);
    return rig_drained(r);
}

static int64_t count_corrupt(const struct rig *r)
{
    struct db *db = NULL;
    int64_t n = -1;
    if (db_open(&db, r->state, DB_READ) == 0)
        (void)message_count(db, "corrupt", 0, &n);
    db_close(db);
    return n;
}

/* Poison and a good text right behind it. */
static bool running(struct rig *r, size_t i)
{
    int answers = r->n_seen + 1;
    pid_t line = rig_line_pid(r);
    if (put_poison(r, i) || put_good(r, answers))
        return false;
    int64_t ms = wait_answers(r, answers, ANSWER_MS);
    bool drained = wait_drained(r, ANSWER_MS);
    printf("poison %zu: the good text was answered after %.3f s, the line %s, SIM %s\n", i, (double)ms / 1000,
           line == rig_line_pid(r) ? "survived" : "died", drained ? "empty" : "NOT EMPTY");
    return ms >= 0 && drained;
}

static int drive(struct rig *r)
{
    size_t n = ARRAY_LEN(poisons);
    bool good = put_poison(r, 0) == 0 && put_good(r, 0) == 0 && rig_start(r) == 0;
    int64_t ms = good ? wait_answers(r, 1, START_MS) : -1;
    printf("poison waiting at start-up: the good text was answered %.3f s after the start\n", (double)ms / 1000);
    good = good && ms >= 0 && wait_drained(r, ANSWER_MS);
    for (size_t i = 0; good && i < n; i++)
        good = running(r, i);
    int status = rig_stop(r, 10000);
    int64_t corrupt = count_corrupt(r);
    /* the first one is the same octets twice: the same part */
    good = good && status == 0 && corrupt >= (int64_t)n;
    printf("poison: %lld kept as corrupt, exit %d: %s\n", (long long)corrupt, status, good ? "good" : "NOT GOOD");
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct rig r = {.core = 0};
    if (argc != 2) {
        fprintf(stderr, "usage: poison TINBAO\n");
        return 2;
    }
    log_setup("poison", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    if (rig_open(&r, argv[1], 16, 30, 30)) {
        fprintf(stderr, "poison: can not be set up\n");
        return 2;
    }
    int status = drive(&r);
    rig_close(&r, status != 0);
    return status;
}
