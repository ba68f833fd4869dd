// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing to be had: an allocation, or a system call of the disk, that fails; once, for a while, or from then on. The
 * town's script is lived once for its accounts (as in power.h) and once more with a child at each n-th call, in which
 * that call fails. The child lives on; what was refused must be done in the end, and its account be the one of a life
 * without faults: at once when it was one call, after the fault has gone when it lasted, after a restart when it
 * did not go. Meanwhile each text is kept or still on the SIM, and the log says so.
 * Called by malloc_faults.c, io_faults.c and, with few, by tests/unit/test_scarce.c.
 */
#ifndef TB_TESTS_SCARCE_H
#define TB_TESTS_SCARCE_H

#include "tests/faults/disk_calls.h"
#include "tests/faults/town_account.h"

#include <sys/wait.h>

enum scarce_mode { SCARCE_ONCE, SCARCE_WHILE, SCARCE_EVER, SCARCE_MODES };
static const char *const SCARCE_MODE[] = {"once", "for a while", "from then on"};

/* What the disk says, and to what. */
struct scarce_fault {
    const char *name;
    int error;
    unsigned ops; /* 1 << enum disk_op */
};
#define OP(x) (1U << DISK_##x)
#define CHANGES (OP(WRITE) | OP(CREATE) | OP(RENAME) | OP(UNLINK) | OP(MKDIR))
static const struct scarce_fault SCARCE_FAULTS[] = {
    {"disk full", ENOSPC, OP(WRITE) | OP(CREATE) | OP(MKDIR)},
    {"write error", EIO, OP(WRITE)},
    {"short writes", DISK_SHORT, OP(WRITE)},
    {"read-only", EROFS, CHANGES | OP(TRUNCATE)},
    {"sync error", EIO, OP(SYNC)},
    {"sync error, pages forgotten", EIO, OP(SYNC)},
    {"read error", EIO, OP(READ)},
    {"open error", EMFILE, OP(OPEN) | OP(CREATE)},
    {"truncate error", EIO, OP(TRUNCATE)},
};
#define SCARCE_FAULTS_N ((int)(sizeof(SCARCE_FAULTS) / sizeof(SCARCE_FAULTS[0])))

#define LASTS_MS (8 * SECOND_MS)

struct scarce_sum {
    int given_up; /* texts that were left on the SIM until the line read it again */
    double longest_s;
};

struct scarce_plan {
    bool memory; /* allocations; else the disk */
    int stride;  /* every so manieth call */
    int modes;   /* 1 << enum scarce_mode */
    int steps;   /* so many of the script; 0 = all */
    uint32_t seed;
    int64_t only;
    int say;
};

struct scarce {
    struct scarce_plan plan;
    struct config *cfg;
    bool on, child, failing;
    int64_t n, n_of[DISK_OPS + 1]; /* calls counted; by kind, allocations last */
    int children, bad, bad_of[SCARCE_FAULTS_N], children_of[SCARCE_FAULTS_N];
    enum scarce_mode mode;
    const struct scarce_fault *fault;
    bool over; /* the fault has ended */
    int bad_before;
    int64_t began_ms;
    int until; /* step at which the child looks at itself */
    int log_fd;
    struct scarce_sum *shared, sum;
};

static struct scarce scarce;
static struct town town;
static struct box box;
static char scarce_want[TOWN_STEPS][ACCOUNT_SIZE / 4], scarce_got[ACCOUNT_SIZE / 4];

/* --- the child ---------------------------------------------------------------------------- */

static inline bool scarce_logged(const char *what)
{
    static char text[1 << 16];
    ssize_t n = pread(scarce.log_fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return strstr(text, what) != NULL;
}

static inline void scarce_say_log(void)
{
    char text[8192];
    ssize_t n = pread(scarce.log_fd, text, sizeof(text), 0);
    if (n > 0)
        dprintf(STDOUT_FILENO, "%.*s", (int)n, text);
}

static inline int scarce_waiting(void)
{
    int n = 0;
    for (int i = 0; i < town.n_parts; i++)
        n += town.part[i].on_sim;
    return n;
}

static inline int scarce_complain(const char *what)
{
    if (scarce.bad < scarce.plan.say)
        dprintf(STDOUT_FILENO, "    %s, at step %d\n", what, town.step);
    return 1;
}

/* Killed and started again, or after a power cut. */
static inline int scarce_restart(bool cut)
{
    if (cut) {
        town.cuts++;
        disk_cut(scarce.n > 0 ? (uint32_t)scarce.n : 1);
    }
    for (int i = 0; i < DISK_FDS; i++)
        disk.fd[i].node = -1;
    for (int i = 0; i < DISK_NODES; i++)
        disk.node[i].ino = ++disk.inos; /* what SQLite remembers of locks is of the process that is no more */
    if (town_boot(&town, &box, scarce.cfg, 100, false) == 0)
        return 0;
    if (scarce.plan.only)
        scarce_say_log();
    return scarce_complain("it does not start again");
}

static inline int scarce_compare(void)
{
    struct tally_sent c;
    fflush(stderr);
    if (!scarce.plan.only)
        dup2(scarce.bad < scarce.plan.say ? STDOUT_FILENO : scarce.log_fd, STDERR_FILENO);
    if (account_sound(&box) || account(&box, scarce_got, sizeof(scarce_got)) || account_sent(&town, &box, &c))
        return scarce_complain("no sound database");
    int bad = account_differs(scarce_want[town.step], scarce_got, scarce.bad < scarce.plan.say ? 8 : 0);
    if (scarce_waiting())
        bad += scarce_complain("texts still on the SIM");
    if (c.unsaid || c.unknown || c.twice > town.cuts + 1)
        bad += scarce_complain("texts not sent, sent without a row, or too often");
    return bad;
}

/* It never went: each text is kept or on the SIM, and the log says so. The service is started again. */
static inline int scarce_end_ever(bool sync)
{
    int bad = 0;
    town_settle(&town, &box);
    if (scarce_waiting() && !scarce_logged("can not be kept"))
        bad += scarce_complain(lane_up(lines_at(box.lines, 0)) ? "texts stay on the SIM and the log does not say so"
                                                               : "the line is down and the log does not say so");
    scarce.failing = false;
    town.cuts++;
    return bad + scarce_restart(sync);
}

/* It goes, and after a while all must be done; what was given up, when the line reads the SIM again. After a sync that
 * failed the power goes too: what was said to be kept since must be on the disk. */
static inline int scarce_end(bool sync)
{
    int bad = 0;
    scarce.failing = false;
    town.patient = true;
    town_settle(&town, &box);
    if (scarce_waiting()) {
        scarce.shared->given_up++;
        if (!scarce_logged("stays on the SIM"))
            bad += scarce_complain("texts stay on the SIM and the log does not say so");
        box_stop(&box);
        bad += scarce_restart(false);
    }
    return sync && !bad ? scarce_restart(true) : bad;
}

/* Ends the fault, once. */
static inline int scarce_over(void)
{
    double from_s = disk_real_s();
    bool sync = !scarce.plan.memory && (scarce.fault->ops & OP(SYNC));
    if (scarce.over)
        return 0;
    scarce.over = true;
    int bad = scarce.mode == SCARCE_EVER ? scarce_end_ever(sync) : scarce_end(sync);
    double took_s = disk_real_s() - from_s;
    scarce.shared->longest_s = took_s > scarce.shared->longest_s ? took_s : scarce.shared->longest_s;
    return bad;
}

/* What is due must not be so late that the service rightly says so: a fault lasts no longer. */
static inline void scarce_passed(void)
{
    if (scarce.child && !scarce.over && scarce.mode != SCARCE_ONCE && town.wall_ms > scarce.began_ms + LASTS_MS)
        scarce.bad_before += scarce_over();
}

static inline int scarce_judge(void)
{
    int bad = scarce.bad_before + scarce_over();
    if (!box.lines)
        return bad + 1;
    town_pass(&town, &box, 0);
    town_settle(&town, &box);
    return bad ? bad : scarce_compare();
}

/* --- the calls ---------------------------------------------------------------------------- */

/* A child in which this very call fails: true in it. */
static inline bool scarce_try(enum scarce_mode mode, const struct scarce_fault *fault, const char *what)
{
    scarce.children++;
    pid_t pid = fork();
    if (pid == 0) {
        scarce.child = scarce.failing = true;
        scarce.mode = mode;
        scarce.fault = fault;
        scarce.until = town.step + 3;
        scarce.began_ms = town.wall_ms;
        town.passed_by = scarce_passed;
        town.patient = mode == SCARCE_ONCE;
        disk.forgetful = fault && strstr(fault->name, "forgotten");
        scarce.log_fd = (int)syscall(SYS_memfd_create, "log", 0);
        dup2(scarce.log_fd, STDERR_FILENO);
        alarm(60);
        disk.quiet++;
        if (wire_part(box.w.base))
            _exit(3);
        disk.quiet--;
        return true;
    }
    int status = -1;
    bool good = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    scarce.bad += !good;
    if (fault) {
        scarce.children_of[fault - SCARCE_FAULTS]++;
        scarce.bad_of[fault - SCARCE_FAULTS] += !good;
    }
    if (!good && scarce.bad <= scarce.plan.say)
        dprintf(STDOUT_FILENO, "  call %lld, %s %s: NOT GOOD (%s %d)\n", (long long)scarce.n, what, SCARCE_MODE[mode],
                WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

static inline bool scarce_chosen(int op)
{
    /* of the disk's calls most are writes: of the others more, so that each kind has its share */
    int stride = scarce.plan.stride;
    stride = op == DISK_OPS || op == DISK_WRITE ? stride : op == DISK_SYNC || op == DISK_READ ? stride / 10 + 1 : 1;
    scarce.n++;
    return scarce.plan.only ? scarce.n == scarce.plan.only : ++scarce.n_of[op] % stride == 0;
}

/* Does this allocation fail? */
static inline bool scarce_no_memory(void)
{
    if (!scarce.on || !scarce.plan.memory || disk.quiet)
        return false;
    if (scarce.child)
        return scarce.failing && scarce.mode != SCARCE_ONCE;
    if (!scarce_chosen(DISK_OPS))
        return false;
    for (int mode = 0; mode < SCARCE_MODES; mode++)
        if ((scarce.plan.modes & 1 << mode) && scarce_try((enum scarce_mode)mode, NULL, "allocation"))
            return true;
    return false;
}

/* What does the disk say to this? */
static inline int scarce_refuses(enum disk_op op, const char *path)
{
    if (!scarce.on)
        return 0;
    if (scarce.child)
        return scarce.failing && scarce.mode != SCARCE_ONCE && (scarce.fault->ops & 1U << op) ? scarce.fault->error : 0;
    if (!scarce_chosen((int)op))
        return 0;
    for (int k = 0; k < SCARCE_FAULTS_N; k++)
        for (int mode = 0; mode < SCARCE_MODES; mode++)
            if ((SCARCE_FAULTS[k].ops & 1U << op) && (scarce.plan.modes & 1 << mode) &&
                scarce_try((enum scarce_mode)mode, &SCARCE_FAULTS[k], strrchr(path, '/')))
                return SCARCE_FAULTS[k].error;
    return 0;
}

/* --- the lives ---------------------------------------------------------------------------- */

static inline int scarce_live(bool reference)
{
    disk_format();
    town_begin(&town, scarce.plan.seed);
    town.patient = true;
    int status = town_boot(&town, &box, scarce.cfg, 100, false);
    scarce.on = !reference; /* from after the start */
    town.patient = reference;
    while (!status && town.step < scarce.plan.steps) {
        bool settled = town_go(&town, &box);
        if (reference && settled && account(&box, scarce_want[town.step], sizeof(scarce_want[0])))
            return -EIO;
        bool end = town.step >= scarce.until || town.step == scarce.plan.steps;
        if (scarce.child && settled && (end || !town_can(&town, &box))) {
            int bad = scarce_judge();
            if (bad && scarce.plan.only)
                scarce_say_log();
            _exit(bad ? 1 : 0);
        }
    }
    scarce.on = false;
    box_stop(&box);
    return status;
}

static inline int scarce_start(const struct scarce_plan *plan)
{
    struct problems *p = problems_new();
    memset(&scarce, 0, sizeof(scarce));
    scarce.plan = *plan;
    scarce.plan.steps = plan->steps ? plan->steps : TOWN_SCRIPT_N;
    scarce.shared = mmap(NULL, sizeof(*scarce.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    scarce.cfg = p ? config_load("config/demo/tinbao.cfg", p) : NULL;
    problems_free(p);
    if (!scarce.cfg || scarce.shared == MAP_FAILED)
        return -EINVAL;
    scarce.cfg->join_window_s = 0;
    int status = scarce_live(true);
    disk.refuse = plan->memory ? NULL : scarce_refuses;
    if (!status)
        status = scarce_live(false);
    disk.refuse = NULL;
    config_free(scarce.cfg);
    scarce.sum = *scarce.shared;
    munmap(scarce.shared, sizeof(*scarce.shared));
    return status;
}

#endif
