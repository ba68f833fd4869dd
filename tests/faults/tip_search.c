// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tip search. A running service on a virtual modem: strangers send tips (with a number in the words, in
 * parts, in parts of which one never comes, as a PDU that is no text), add to them, get answers and delivery
 * reports, and say NGUNG; the core is killed at random moments or stopped. After every end, and at the end of all,
 * every file left (database, WAL, journal, backups, logs, what status and metrics said, a core dump if one could be
 * had) is searched for every number in every encoding. Then, as root, the memory of the core itself: what a
 * dump of it would hold.
 *
 * usage: tip_search TINBAO [ROUNDS]      (4)
 * Exit 0 when nothing is found; 1 else, with what and where; the directory is then left for a look.
 */
#include "tests/faults/rig.h"
#include "tests/unit/needles.h"

#include "gateway/base/log.h"
#include "gateway/serve/control.h"

#include <sys/resource.h>

#define TIPSTERS 4
#define OFFICER "+84903000001"

struct hunt {
    struct rig *r;
    char code[TIPSTERS][8]; /* of his tip, as his phone was told */
    char number[TIPSTERS][16];
    int confirmed, answered, stopped, reports;
};

static int who(const struct hunt *h, const char *phone)
{
    for (int i = 0; i < TIPSTERS; i++)
        if (!strcmp(h->number[i], phone))
            return i;
    return -1;
}

static void arrived(void *ctx, const struct air_sms *sms)
{
    struct hunt *h = ctx;
    int i = who(h, sms->phone);
    char code[8] = "";
    if (i < 0)
        return;
    if (sscanf(sms->text, "Da nhan tin %7[0-9]", code) == 1) {
        memcpy(h->code[i], code, sizeof(code));
        h->confirmed++;
    }
    h->answered += strncmp(sms->text, "Tra loi ", 8) == 0;
    h->stopped += strncmp(sms->text, "Da ghi.", 7) == 0;
}

/* New numbers every round: digits without a pattern, so that a hit is one. */
static void draw_numbers(struct hunt *h, int round)
{
    static const char *const seeds[TIPSTERS] = {"34593", "67193", "58376", "41729"};
    for (int i = 0; i < TIPSTERS; i++)
        snprintf(h->number[i], sizeof(h->number[i]), "+84912%d%s", round % 10, seeds[i]);
    memset(h->code, 0, sizeof(h->code));
}

static int part(struct hunt *h, int i, int seq, int total, const char *text)
{
    struct sms_part p = {.ref = 77, .ref_bits = 8, .total = (uint8_t)total, .seq = (uint8_t)seq, .coding = SMS_GSM7};
    snprintf(p.sender, sizeof(p.sender), "%s", h->number[i]);
    p.smsc_ms = clock_now_ms(h->r->clock) / 1000 * 1000;
    p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
    return air_part(h->r->air, &p);
}

/* A DELIVER whose user data ends before its header says: no text, and a sender in it. */
static int no_text(struct hunt *h, int i)
{
    uint8_t pdu[] = {0x00, 0x44, 0x0B, 0x91, 0,    0,    0,    0,    0,    0xF0, 0x00, 0x00,
                     0x62, 0x11, 0x21, 0x02, 0x50, 0x00, 0x82, 0x05, 0x7F, 0x00, 0x03};
    const char *d = h->number[i] + 1;
    for (int k = 0; k < 6; k++)
        pdu[4 + k] = (uint8_t)((k == 5 ? 0xF : d[2 * k + 1] - '0') << 4 | (d[2 * k] - '0'));
    return air_raw(h->r->air, pdu, sizeof(pdu));
}

/* Runs until so much has come back, or the time is over. */
static void wait_for(struct hunt *h, const int *count, int least, int64_t ms)
{
    for (int64_t until = mono_ms() + ms; *count < least && mono_ms() < until;)
        rig_run(h->r, 50);
}

static void say(struct hunt *h, const char *from, const char *fmt, const char *a, const char *b)
{
    char text[300];
    struct sbuf s = sbuf_on(text, sizeof(text));
    for (const char *p = fmt; *p; p++)
        if (*p == '@')
            sbuf_add(&s, *(p + 1) == 'b' ? b : a), p++;
        else
            sbuf_addc(&s, *p);
    air_text(h->r->air, from, text);
}

static void ask_to_file(struct hunt *h, const char *request, const char *name)
{
    static char out[CONTROL_ANSWER_MAX];
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", h->r->dir, name);
    int rc = ctlsock_ask(h->r->state, request, out, sizeof(out));
    FILE *f = fopen(path, "we");
    if (f) {
        fprintf(f, "%d\n%s\n", rc, out);
        fclose(f);
    }
}

static long search(struct hunt *h, const char *when, struct needle_count *all)
{
    struct needle_count c = {0};
    for (int i = 0; i < TIPSTERS; i++) {
        struct needles s;
        needles_of(&s, h->number[i]);
        needles_in_tree(&s, h->r->dir, &c);
    }
    if (c.hits)
        fprintf(stderr, "%ld hits %s\n", c.hits, when);
    all->files += c.files;
    all->octets += c.octets;
    all->hits += c.hits;
    return c.hits;
}

/* --- the memory ------------------------------------------------------------------------------ */

static long in_memory(struct hunt *h, long *octets)
{
    char path[64], line[512];
    long hits = 0;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)h->r->core);
    FILE *maps = fopen(path, "re");
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)h->r->core);
    int mem = open(path, O_RDONLY | O_CLOEXEC);
    while (maps && mem >= 0 && fgets(line, sizeof(line), maps)) {
        unsigned long from, to;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[1] != 'w' || to - from > 1UL << 30)
            continue;
        uint8_t *all = malloc(to - from);
        ssize_t n = all ? pread(mem, all, to - from, (off_t)from) : 0;
        for (int i = 0; n > 0 && i < TIPSTERS; i++) {
            struct needles s;
            size_t at;
            needles_of(&s, h->number[i]);
            const struct needle *hit = needles_in(&s, all, (size_t)n, &at);
            if (!hit)
                continue;
            hits++;
            fprintf(stderr, "memory of the core: number %d as %s at %lx + %zx, %s", i, hit->what, from, at, line);
        }
        *octets += n > 0 ? n : 0;
        free(all);
    }
    if (maps)
        fclose(maps);
    if (mem >= 0)
        close(mem);
    return mem < 0 ? -1 : hits;
}

/* --- a round ----------------------------------------------------------------------------------- */

static void tips_come(struct hunt *h)
{
    h->confirmed = h->answered = h->stopped = 0;
    say(h, h->number[0], "TIN man de co danh bac, goi toi 0@a", h->number[0] + 3, "");
    part(h, 1, 2, 2, "quan nuoc dau cho");
    part(h, 1, 1, 2, "TIN man de co lo de o ");
    part(h, 2, 1, 3, "TIN man de co nguoi ban phao, "); /* the others never come */
    no_text(h, 2);
    say(h, h->number[3], "TIN kim lan co da ga", "", "");
    wait_for(h, &h->confirmed, 3, 20000);
}

static void they_talk(struct hunt *h)
{
    for (int i = 0; i < TIPSTERS; i++) {
        if (!h->code[i][0])
            continue;
        say(h, h->number[i], "THEM @a so toi la @b", h->code[i], h->number[i]);
        say(h, OFFICER, "TRALOI @a cam on", h->code[i], "");
    }
    wait_for(h, &h->answered, 2, 15000);
}

static int round_of(struct hunt *h, int round, struct needle_count *all)
{
    struct rig *r = h->r;
    draw_numbers(h, round);
    int rc = rig_start(r);
    rig_run(r, 1500);
    tips_come(h);
    if (round % 3 == 0) { /* in the middle of it */
        rig_kill_core(r);
        search(h, "after a kill among the tips", all);
        rc = rc ? rc : rig_start(r);
        rig_run(r, 1500);
    }
    they_talk(h);
    ask_to_file(h, "status", "status.json");
    search(h, "while the service runs, before the erasure", all);
    if (round % 3 == 1)
        rig_kill_core(r);
    else if (round % 3 == 2)
        rig_stop(r, 10000);
    search(h, "before the erasure, at the end of the core", all);
    if (r->core <= 0) {
        rc = rc ? rc : rig_start(r);
        rig_run(r, 1500);
    }
    for (int i = 0; i < TIPSTERS; i++)
        say(h, h->number[i], "NGUNG", "", "");
    wait_for(h, &h->stopped, 2, 15000);
    rig_run(r, 500);
    search(h, "after NGUNG", all);
    fprintf(stderr, "round %d: %d tips confirmed, %d answered, %d stopped\n", round, h->confirmed, h->answered,
            h->stopped);
    if (h->confirmed < 3 || h->answered < 2 || h->stopped < 2)
        rc = rc ? rc : -ETIMEDOUT; /* nothing was tried */
    return rc;
}

int main(int argc, char **argv)
{
    struct rig r = {.core = 0};
    struct hunt h = {.r = &r};
    struct needle_count all = {0};
    struct air_events ev = {.ctx = &h, .arrived = arrived};
    struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: tip_search TINBAO [ROUNDS]\n");
        return 2;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : 4, rc = 0;
    log_setup("tip_search", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &core); /* whoever starts the service allows dumps: it must not leave one */
    if (rounds < 1 || rig_open(&r, argv[1], 1, 30, 100) || air_listen(r.air, &ev)) {
        fprintf(stderr, "tip_search: can not be set up\n");
        rig_close(&r, false);
        return 2;
    }
    for (int i = 0; !rc && i < rounds; i++) {
        rc = round_of(&h, i, &all);
        if (!rc && i + 1 < rounds)
            rig_stop(&r, 10000);
    }
    long octets = 0, memory = rc ? 0 : in_memory(&h, &octets);
    if (r.core > 0) { /* a fault of the core itself */
        kill(r.core, SIGABRT);
        waitpid(r.core, NULL, 0);
        r.core = 0;
    }
    search(&h, "after all", &all);
    bool good = !rc && !all.hits && memory <= 0;
    printf(
        "tip_search: %d rounds, %d numbers in %d encodings, %ld files, %.1f MB searched: %ld hits; memory of the core "
        "%.1f MB: %s%ld hits: %s\n",
        rounds, TIPSTERS, NEEDLES_MAX, all.files, (double)all.octets / 1e6, all.hits, (double)octets / 1e6,
        memory < 0 ? "not readable, " : "", memory < 0 ? 0 : memory, good ? "good" : "NOT GOOD");
    printf("fault: tips search: %s, recovered in 0.0 s: %ld files, %ld hits; memory %ld hits\n", good ? "ok" : "FAILED",
           all.files, all.hits, memory < 0 ? 0 : memory);
    rig_close(&r, !good);
    return good ? 0 : 1;
}
