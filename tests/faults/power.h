// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Power cuts: the town's script is lived once without one, which gives the accounts to compare with, and once more
 * with a cut at each of its points, each in a child of its own that goes on from there: what is left of the disk is
 * chosen at random, the box starts again, gets from the SIM what is still there, and lives on. After some steps (or
 * at the end of the script) its account must be the one of the life without cuts.
 * Called by power_cut.c and, with few cuts, by tests/unit/test_power_cut.c.
 */
#ifndef TB_TESTS_POWER_H
#define TB_TESTS_POWER_H

#include "tests/faults/disk_calls.h"
#include "tests/faults/town_account.h"

#include <sys/wait.h>

struct power_sum {
    int cuts, twice, again; /* again: children whose power went a second time */
    double longest_s;       /* from the power's return until the SIM is replayed */
};

struct power_plan {
    int cuts;   /* so many children */
    int stride; /* every so manieth point of a run */
    uint32_t seed;
    bool lying, sync_off;
    int64_t only; /* this point alone; 0 = all */
    int say;      /* so many failures in full */
    int steps;    /* so many of the script; 0 = all */
};

struct power {
    struct power_plan plan;
    struct config *cfg;
    int run, pages, children, bad;
    struct power_sum sum;
    int64_t point, points;
    uint32_t chance;   /* of the child */
    int64_t second_at; /* its next cut, in points; 0 = none */
    const char *what, *path;
    struct power_sum *shared; /* with the children */
};

static struct power power;
static struct town town;
static struct box box;
static char power_want[TOWN_STEPS][ACCOUNT_SIZE / 4], power_got[ACCOUNT_SIZE / 4];

static inline int power_boot(void)
{
    return town_boot(&town, &box, power.cfg, power.pages, power.plan.sync_off);
}

/* The life without cuts: an account after each step that ends settled. */
static inline int power_reference(void)
{
    disk_format();
    town_begin(&town, power.plan.seed + (uint32_t)power.run);
    memset(power_want, 0, sizeof(power_want));
    int status = power_boot();
    while (!status && town.step < power.plan.steps) {
        bool settled = town_go(&town, &box);
        if (settled && account(&box, power_want[town.step], sizeof(power_want[0])))
            status = -1;
    }
    if (!status && (town.wrong || account_sound(&box)))
        status = -1;
    box_stop(&box);
    return status;
}

static inline int power_judge(bool say)
{
    struct tally_sent c;
    int bad = town.wrong ? 1 : 0;
    if (account_sound(&box) || account(&box, power_got, sizeof(power_got)) || account_sent(&town, &box, &c))
        return 1;
    int differs = account_differs(power_want[town.step], power_got, say ? 8 : 0);
    for (int i = 0; i < town.n_parts; i++)
        bad += town.part[i].on_sim;
    if (say && bad)
        fprintf(stderr, "    %d still on the SIM, or the line was told nonsense\n", bad);
    if (say && (c.unsaid || c.unknown || c.twice > town.cuts))
        fprintf(stderr, "    texts: %d not sent or sent again against the rule, %d of no row, %d twice after %d cuts\n",
                c.unsaid, c.unknown, c.twice, town.cuts);
    power.shared->cuts += town.cuts;
    power.shared->twice += c.twice;
    power.shared->again += town.cuts > 1;
    return bad || differs || c.unsaid || c.unknown || c.twice > town.cuts;
}

static inline void power_second(const char *what, const char *path);
static inline void power_second_world(const char *what)
{
    power_second(what, "");
}

/* The power goes: this process goes on as the box that gets it back. Does not return. */
static inline void power_goes(const char *what, const char *path)
{
    disk.point = NULL;
    town.point = NULL;
    town.cuts++;
    disk_cut(power.chance + (uint32_t)town.cuts);
    if (town.cuts < 4 && disk_random(&power.chance, 3) == 0) {
        power.second_at = 1 + disk_random(&power.chance, disk_random(&power.chance, 2) ? 60 : 600);
        disk.point = power_second;
        town.point = power_second_world;
    }
    double from_s = disk_real_s();
    int status = power_boot(), far = disk_random(&power.chance, 25) == 0 ? TOWN_STEPS : town.step + 4;
    bool settled = town.step > 0 && power_want[town.step][0];
    double took_s = disk_real_s() - from_s;
    power.shared->longest_s = took_s > power.shared->longest_s ? took_s : power.shared->longest_s;
    while (!status && town.step < power.plan.steps && (town.step < far || !settled))
        settled = town_go(&town, &box);
    disk.point = NULL;
    town.point = NULL;
    bool say = power.bad < power.plan.say;
    int bad = status ? 1 : power_judge(say);
    if (bad && say)
        fprintf(stderr, "  after %d cuts, the last at: %s %s; judged at step %d; start %d\n", town.cuts, what, path,
                town.step, status);
    fflush(NULL);
    _exit(bad ? 1 : 0);
}

static inline void power_second(const char *what, const char *path)
{
    if (--power.second_at == 0)
        power_goes(what, path);
}

static inline void power_point(const char *what, const char *path)
{
    power.point++;
    if (power.plan.only ? power.point != power.plan.only
                        : power.point % power.plan.stride != (power.run + (int)power.plan.seed) % power.plan.stride)
        return;
    if (power.children >= power.plan.cuts)
        return;
    power.children++;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        power.chance = (uint32_t)(power.point * 7919 + power.run * 104729 + 17);
        power_goes(what, path);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        if (power.bad < power.plan.say)
            fprintf(stderr, "  run %d, point %lld: %s %s: NOT GOOD (status %d)\n", power.run, (long long)power.point,
                    what, path, status);
        power.bad++;
    }
}

static inline void power_point_world(const char *what)
{
    power_point(what, "");
}

/* One life of the script, cut at every point. */
static inline int power_run(void)
{
    static const int pages[] = {24, 200, 60, 1000};
    power.pages = pages[power.run % 4];
    disk.lying = false;
    int status = power_reference();
    if (status)
        return status;
    disk_format();
    disk.lying = power.plan.lying;
    town_begin(&town, power.plan.seed + (uint32_t)power.run);
    power.point = 0;
    disk.point = power_point;
    town.point = power_point_world;
    status = power_boot();
    while (!status && town.step < power.plan.steps && power.children < power.plan.cuts)
        town_go(&town, &box);
    disk.point = NULL;
    town.point = NULL;
    power.points += power.point;
    box_stop(&box);
    return status;
}

/* 0 when it could be done; power.bad says how it went. */
static inline int power_start(const struct power_plan *plan)
{
    struct problems *p = problems_new();
    memset(&power, 0, sizeof(power));
    power.plan = *plan;
    power.plan.steps = plan->steps ? plan->steps : TOWN_SCRIPT_N;
    power.shared = mmap(NULL, sizeof(*power.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); /* a child begins in the midst of a call: no lock may be held then */
    power.cfg = p ? config_load("config/demo/tinbao.cfg", p) : NULL;
    problems_free(p);
    if (!power.cfg || power.shared == MAP_FAILED)
        return -EINVAL;
    power.cfg->join_window_s = 0; /* every report an incident of its own */
    int status = 0;
    while (!status && power.children < plan->cuts && !(plan->only && power.run)) {
        status = power_run();
        power.run++;
    }
    config_free(power.cfg);
    power.sum = *power.shared;
    munmap(power.shared, sizeof(*power.shared));
    return status;
}

#endif
