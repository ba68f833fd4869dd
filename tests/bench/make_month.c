// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the script of a month: 30 nights, 8 villages, 40 people and some strangers, 200 reports of all
 * sorts, shifts by text and by missed call, nights on which nobody comes, digests; with everything that each phone must
 * get, in order; the core is killed now and then. What is left waiting on any phone at the end fails it, so a text that
 * comes twice or not at all does too. Played by scripts/month with the settings in tests/month, whose roster this
 * program knows.
 *
 * usage: make_month [SEED]    The script goes to standard output.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NIGHTS 30
#define REPORTS 200
#define VILLAGES 8
#define TEAM 4 /* leader, deputy, two members */
#define DUTIES 2
#define SLOTS 15

static const char *const village_names[VILLAGES] = {"dong trinh", "hoa loc", "kim lan", "man de",
                                                    "xuan phu",   "an thai", "tan my",  "phu cuong"};
static const char *const village_shown[VILLAGES] = {"Dong Trinh", "Hoa Loc", "Kim Lan", "Man De",
                                                    "Xuan Phu",   "An Thai", "Tan My",  "Phu Cuong"};

/* The roster of tests/month: phones by who they are. */
enum { LEADER, DEPUTY, MEMBER_1, MEMBER_2 };

static const char *team(int village, int who)
{
    static const char *const phones[VILLAGES * TEAM] = {
        "+84912000001", "+84912000002", "+84912000003", "+84912000004", "+84912000005", "+84912000006", "+84912000007",
        "+84912000008", "+84912000009", "+84912000010", "+84912000011", "+84912000012", "+84912000013", "+84912000014",
        "+84912000015", "+84912000016", "+84912000017", "+84912000018", "+84912000019", "+84912000020", "+84912000021",
        "+84912000022", "+84912000023", "+84912000024", "+84912000025", "+84912000026", "+84912000027", "+84912000028",
        "+84912000029", "+84912000030", "+84912000031", "+84912000032"};
    return phones[village * TEAM + who];
}

static const char *const officers[VILLAGES / 2] = {"+84912000033", "+84912000034", "+84912000035", "+84912000036"};
static const char *const duties[DUTIES] = {"+84912000037", "+84912000038"};
#define CHIEF "+84912000039"

enum sort { AT_ONCE, DIGEST, RESTRICTED, TIP, SOS, CLIMBS, STRANGER, SORTS };

struct month {
    uint64_t random;
    int minute; /* of the month, from the first day 00:00 */
    int printed_minute;
    int reports, in, out;
    bool on_patrol[VILLAGES][TEAM];
    const char *told[64]; /* who was alerted to the incident in hand */
    int n_told;
};

static uint32_t pick(struct month *m, uint32_t below)
{
    m->random = m->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(m->random >> 33) % below;
}

/* Time stands in the script only where it changes. */
static void stamp(struct month *m)
{
    if (m->printed_minute == m->minute)
        return;
    int day = m->minute / 1440, of_day = m->minute % 1440;
    printf("at 2026-%02d-%02d %02d:%02d\n", day < 30 ? 11 : 12, day % 30 + 1, of_day / 60, of_day % 60);
    m->printed_minute = m->minute;
}

__attribute__((format(printf, 3, 4))) static void phone_says(struct month *m, const char *phone, const char *fmt, ...)
{
    va_list ap;
    stamp(m);
    printf("%s > ", phone);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    m->in++;
}

__attribute__((format(printf, 3, 4))) static void phone_gets(struct month *m, const char *phone, const char *fmt, ...)
{
    va_list ap;
    printf("%s < ", phone);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    m->out++;
}

static void wait_minutes(struct month *m, int n)
{
    m->minute += n;
}

/* A text about the incident in hand: @ stands for its code. */
static void phone_hears(struct month *m, const char *phone, const char *text, int name)
{
    printf("%s < ", phone);
    for (; *text; text++) {
        if (*text == '@')
            printf("{m%d}", name);
        else
            putchar(*text);
    }
    putchar('\n');
    m->out++;
}

/* --- a report ---------------------------------------------------------------------------- */

struct report {
    enum sort sort;
    int n, name, village; /* name: of its code in the script, which remembers 64 names */
    const char *from, *kind, *code_of_kind;
};

static void alert(struct month *m, const struct report *r, const char *phone, const char *text)
{
    if (!strcmp(phone, r->from))
        return;
    phone_hears(m, phone, text, r->name);
    m->told[m->n_told++] = phone;
}

/* Who is told first: the duty desk, the area officer, the leader and whoever is on patrol. */
static void alert_all(struct month *m, const struct report *r, const char *officers_text, const char *team_text)
{
    for (int i = 0; i < DUTIES; i++)
        alert(m, r, duties[i], officers_text);
    if (r->sort != STRANGER)
        alert(m, r, officers[r->village / 2], officers_text);
    for (int who = 0; team_text && who < TEAM; who++)
        if (who == LEADER || m->on_patrol[r->village][who])
            alert(m, r, team(r->village, who), team_text);
    /* an SOS: who patrols the other village of the same officer as well */
    for (int who = 0; r->sort == SOS && who < TEAM; who++)
        if (m->on_patrol[r->village ^ 1][who])
            alert(m, r, team(r->village ^ 1, who), team_text);
}

static void others_get(struct month *m, const char *but, const char *text, int n)
{
    for (int i = 0; i < m->n_told; i++)
        if (strcmp(m->told[i], but) != 0)
            phone_hears(m, m->told[i], text, n);
}

/* From NHAN to XONG. */
static void handle(struct month *m, const struct report *r, const char *officer, const char *to_reporter)
{
    bool tip = r->sort == TIP || r->sort == STRANGER, restricted = r->sort == RESTRICTED;
    phone_says(m, officer, "NHAN {m%d}", r->name);
    phone_hears(m, officer, restricted ? "/^Ban da nhan viec @/" : "/^Ban da nhan vu @/", r->name);
    if (!restricted)
        phone_hears(m, r->from, to_reporter, r->name);
    others_get(m, officer, "/^Vu @: .* da nhan\\.$/", r->name);
    if (!tip && !restricted && r->sort != SOS) {
        const char *there = team(r->village, strcmp(team(r->village, DEPUTY), r->from) != 0 ? DEPUTY : MEMBER_1);
        wait_minutes(m, 6);
        phone_says(m, there, "CM {m%d}", r->name);
        phone_gets(m, there, "/co mat vu {m%d}/", r->name);
        phone_gets(m, officer, "/^Vu {m%d}: .* co mat luc/", r->name);
        bool known = false;
        for (int i = 0; i < m->n_told; i++)
            known = known || !strcmp(m->told[i], there);
        if (!known)
            m->told[m->n_told++] = there;
    }
    wait_minutes(m, 8);
    phone_says(m, officer, "XONG {m%d} da giai quyet", r->name);
    phone_gets(m, officer, "Da ghi vu {m%d} xong.", r->name);
    if (!restricted)
        phone_gets(m, r->from, r->sort == TIP ? "/^{m%d}: da xong\\.$/" : "/^Vu {m%d} da xu ly xong/", r->name);
    others_get(m, officer, "/^Vu @: .* bao xong/", r->name);
}

static void at_once(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "BC %s %s o dau xom %d", village_names[r->village], r->kind, r->n);
    phone_gets(m, r->from, "/^Da nhan vu (?<m%d>[0-9]{5}): %s %s/", r->name, r->code_of_kind,
               village_shown[r->village]);
    alert_all(m, r, "/^VU @ /", "/^VU @ .*CM/");
    if (r->sort == CLIMBS) {
        wait_minutes(m, 5);
        stamp(m);
        for (int i = 0; i < DUTIES; i++)
            phone_gets(m, duties[i], "/^NHAC LAN 1.*{m%d}/", r->name);
        phone_gets(m, officers[r->village / 2], "/^NHAC LAN 1.*{m%d}/", r->name);
    }
    wait_minutes(m, 2);
    handle(m, r, pick(m, 2) ? officers[r->village / 2] : duties[pick(m, DUTIES)], "/da nhan vu @/");
}

static void restricted(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "BC %s bao hanh nha so %d", village_names[r->village], r->n);
    phone_gets(m, r->from, "/^Da nhan (?<m%d>[0-9]{5})\\.$/", r->name);
    alert(m, r, officers[0], "/^Viec @ can xu ly rieng/");
    alert(m, r, officers[3], "/^Viec @ can xu ly rieng/");
    wait_minutes(m, 3);
    handle(m, r, officers[pick(m, 2) ? 0 : 3], "");
}

static void tip(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "TIN %s co nguoi la mat %d", village_names[r->village], r->n);
    phone_gets(m, r->from, "/^Da nhan tin (?<m%d>[0-9]{5})/", r->name);
    alert_all(m, r, "/^TIN @ /", NULL);
    wait_minutes(m, 4);
    handle(m, r, duties[pick(m, DUTIES)], "/^@: da tiep nhan/");
}

static void stranger(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "BC %s %s cho dong nguoi %d", village_names[r->village], r->kind, r->n);
    phone_gets(m, r->from, "/^Da nhan tin (?<m%d>[0-9]{5}): %s/", r->name, r->code_of_kind);
    alert_all(m, r, "/^TIN CHUA XAC MINH @ /", NULL);
    wait_minutes(m, 4);
    handle(m, r, duties[pick(m, DUTIES)], "/^@: da tiep nhan/");
}

static void sos(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "SOS bi vay %d", r->n);
    phone_gets(m, r->from, "/^DA NHAN SOS (?<m%d>[0-9]{5})/", r->name);
    alert_all(m, r, "/^SOS @! /", "/^SOS @! /");
    wait_minutes(m, 1);
    handle(m, r, officers[r->village / 2], "/da nhan vu @/");
}

static void digest(struct month *m, const struct report *r)
{
    phone_says(m, r->from, "BC %s %s %d", village_names[r->village], r->kind, r->n);
    phone_gets(m, r->from, "/^Da nhan vu (?<m%d>[0-9]{5}): %s %s/", r->name, r->code_of_kind,
               village_shown[r->village]);
}

static void report(struct month *m)
{
    static const char *const now[][2] = {{"chay nha", "CHAY"}, {"cuop", "CUOP"}, {"danh nhau", "DANH"}};
    static const char *const later[][2] = {{"ma tuy", "MATUY"}, {"co bac", "COBAC"}, {"lua dao", "LUADAO"}};
    static void (*const how[SORTS])(struct month *, const struct report *) = {at_once, digest,  restricted, tip,
                                                                              sos,     at_once, stranger};
    static const enum sort mix[] = {AT_ONCE, AT_ONCE, AT_ONCE, DIGEST, DIGEST, TIP, CLIMBS, RESTRICTED, SOS, STRANGER};
    char number[24];
    struct report r = {
        .sort = mix[pick(m, 10)], .n = m->reports + 1, .name = m->reports % 60, .village = (int)pick(m, VILLAGES)};
    const char *const *kind = r.sort == DIGEST ? later[pick(m, 3)] : now[pick(m, 3)];
    r.kind = kind[0];
    r.code_of_kind = kind[1];
    snprintf(number, sizeof(number), "+849120010%02d", r.n % 100);
    r.from = r.sort == TIP || r.sort == STRANGER ? number : team(r.village, (int)pick(m, TEAM));
    m->n_told = 0;
    m->reports++;
    how[r.sort](m, &r);
    if (r.n % 7 == 0) {
        stamp(m);
        puts("restart");
    }
}

/* --- the nights ---------------------------------------------------------------------------- */

/* Each village has a night now and then on which nobody comes. */
static bool nobody_comes(int village, int night)
{
    return (village * 5 + night) % 13 == 0;
}

static void patrols(struct month *m, int night, bool begin)
{
    for (int v = 0; v < VILLAGES; v++) {
        for (int k = 0; k < 2 && !nobody_comes(v, night); k++) {
            int who = (night + k) % TEAM;
            if (k == 0) {
                phone_says(m, team(v, who), begin ? "VAO" : "RA");
            } else { /* a missed call does as well */
                stamp(m);
                printf("%s rings\n", team(v, who));
                m->in++;
            }
            phone_gets(m, team(v, who),
                       begin ? (k ? "/^Nhay may: da ghi VAO %s/" : "/^Da ghi VAO %s/")
                       : k   ? "/^Nhay may: da ghi RA luc/"
                             : "/^Da ghi RA luc/",
                       village_shown[v]);
            m->on_patrol[v][who] = begin;
        }
        wait_minutes(m, 1);
    }
}

/* The team is reminded, then the leader is told, then the officer. */
static void missing(struct month *m, int night, int day_minute)
{
    for (int step = 0; step < 3; step++) {
        static const int after[3] = {15, 30, 60};
        m->minute = day_minute + 870 + after[step]; /* of 21:00 */
        for (int v = 0; v < VILLAGES; v++) {
            if (!nobody_comes(v, night))
                continue;
            stamp(m);
            for (int who = 0; step == 0 && who < TEAM; who++)
                phone_gets(m, team(v, who), "/^Ca 21:00 %s: chua thay ban VAO/", village_shown[v]);
            if (step == 1)
                phone_gets(m, team(v, LEADER), "/^Ca 21:00 %s: moi 0\\/1 nguoi VAO\\. Ghi giup/", village_shown[v]);
            if (step == 2)
                phone_gets(m, officers[v / 2], "/^Ca 21:00 %s: moi 0\\/1 nguoi VAO, da nhac/", village_shown[v]);
        }
    }
}

/* 05:30 and 07:00: one text each, whatever happened; the first of November is a Sunday. */
static void digests(struct month *m, int n)
{
    m->minute = (n + 1) * 1440 + 330;
    stamp(m);
    for (int i = 0; i < VILLAGES / 2; i++)
        phone_gets(m, officers[i], "/^Dem %d\\/11: /", n + 1);
    for (int i = 0; i < DUTIES; i++)
        phone_gets(m, duties[i], "/^Dem %d\\/11: /", n + 1);
    phone_gets(m, CHIEF, "/^Dem %d\\/11: /", n + 1);
    m->minute += 90;
    stamp(m);
    if (n % 7 == 0)
        phone_gets(m, CHIEF, "/^Tuan /");
    if (n + 1 == NIGHTS)
        phone_gets(m, CHIEF, "/^Thang /");
}

/* A day from 06:30 to 06:30: some of the times at which something may happen are drawn. */
static void day(struct month *m, int n)
{
    static const int at[SLOTS] = {60, 110, 160, 220, 290, 360, 420, 500, 580, 660, 740, 960, 1020, 1110, 1220};
    int start = n * 1440 + 390, left = REPORTS / NIGHTS + (n < REPORTS % NIGHTS);
    for (int i = 0; i < SLOTS; i++) {
        if (i == 11) { /* 21:05 */
            m->minute = start + 875;
            patrols(m, n, true);
            missing(m, n, start);
        }
        if (left > 0 && pick(m, (uint32_t)(SLOTS - i)) < (uint32_t)left) {
            m->minute = start + at[i];
            report(m);
            left--;
        }
    }
    m->minute = start + 1340; /* 04:50 */
    patrols(m, n, false);
    digests(m, n);
}

int main(int argc, char **argv)
{
    struct month m = {.random = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261101, .printed_minute = -1};
    if (argc > 2) {
        fprintf(stderr, "usage: make_month [SEED]\n");
        return 2;
    }
    for (int n = 0; n < NIGHTS; n++)
        day(&m, n);
    fprintf(stderr, "month: %d nights, %d reports, %d texts in, %d texts out\n", NIGHTS, m.reports, m.in, m.out);
    return 0;
}
