// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens to the process itself: SIGTERM while a text is on its way, a loop that hangs, a second
 * service on the same state. (Kills at every step: step_kills.c, kills.c.) See bench.h.
 *
 * usage: process_faults TINBAO [FAULT...]    Exit 0 when all is as expected; 1 else, with the directories
 * of what failed left for a look.
 */
#include "tests/faults/bench.h"

#include "gateway/serve/core.h"

static void begin(struct bench *b)
{
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
}

/* A slow modem, and the end in the middle of a send; again and again. */
static void sigterm(struct bench *b)
{
    int64_t worst_ms = 0;
    begin(b);
    bench_before(b);
    for (int i = 0; i < 6 && !b->bad; i++) {
        uint64_t tried = air_submits(b->r.air);
        bench_fault(b, "slow");
        bench_feed(b, 2);
        for (int64_t until_ms = mono_ms() + 90000; air_submits(b->r.air) == tried && mono_ms() < until_ms;)
            rig_run(&b->r, 5);
        EXPECT(b, air_submits(b->r.air) > tried, "nothing was sent");
        rig_run(&b->r, i * 60); /* the PDU is out, its answer takes 0.7 s */
        int64_t from_ms = mono_ms();
        int status = rig_stop(&b->r, 20000);
        worst_ms = mono_ms() - from_ms > worst_ms ? mono_ms() - from_ms : worst_ms;
        EXPECT(b, status == 0, "it ended with %d", status);
        bench_fault(b, "ok");
        begin(b);
        bench_recovery(b);
    }
    EXPECT(b, worst_ms < 8000, "it took %.1f s to end", (double)worst_ms / 1000);
    bench_close_count(b, true);
    if (!b->bad)
        snprintf(b->why, sizeof(b->why), "ends within %.1f s, in mid-send; none lost, none doubled",
                 (double)worst_ms / 1000);
}

static void second(struct bench *b)
{
    begin(b);
    bench_before(b);
    pid_t first = b->r.core;
    int64_t from_ms = mono_ms();
    begin(b); /* rig_start: the same again */
    int status = -1;
    while (!rig_ended(&b->r, &status) && mono_ms() - from_ms < 20000)
        rig_run(&b->r, 20);
    EXPECT(b, WIFEXITED(status) && WEXITSTATUS(status) == 3, "the second one ended with status %d, not 3", status);
    b->r.core = first;
    bench_recovery(b);
    bench_close_count(b, false);
}

/* --- a loop that hangs ------------------------------------------------------------------ */

/* The handler never returns, so the loop never turns again. */
static void hang(int sig)
{
    (void)sig;
    for (volatile int i = 0;; i = i + 1)
        ;
}

/* As rig_start, but the core runs in an image of ours that can be made to hang; what it becomes is the
 * real one. */
static int start_hangable(struct rig *r)
{
    static const char *const words[] = {"tinbao", "serve", "-c"};
    fflush(NULL);
    pid_t parent = getpid();
    r->core = fork();
    if (r->core)
        return r->core < 0 ? -errno : 0;
    int log = open(r->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (log < 0 || dup2(log, STDERR_FILENO) < 0 || getppid() != parent)
        _exit(127);
    close_range(3, ~0U, 0);
    char *argv[5] = {NULL};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        argv[i] = (char *)(uintptr_t)words[i];
    argv[3] = r->config;
    signal(SIGUSR2, hang);
    unsetenv("WATCHDOG_USEC");
    struct core_options o = {.config_path = r->config, .player_fd = -1, .line_fd = -1, .exe = r->tinbao, .argv = argv};
    _exit(core_main(&o));
}

static int64_t cpu_of(pid_t pid)
{
    char path[64], buf[512];
    long long user = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *f = fopen(path, "re");
    if (f && fgets(buf, sizeof(buf), f) && strrchr(buf, ')'))
        sscanf(strrchr(buf, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld", &user);
    if (f)
        fclose(f);
    return user;
}

/* watchdog_s is 8 here, 90 as shipped. */
static void deadlock(struct bench *b)
{
    EXPECT(b, start_hangable(&b->r) == 0, "the service could not be started");
    bench_before(b);
    pid_t pid = b->r.core;
    kill(pid, SIGUSR2);
    int64_t cpu = cpu_of(pid);
    rig_run(&b->r, 1000);
    EXPECT(b, cpu_of(pid) > cpu, "it does not hang");
    bench_recovery(b); /* from the moment it hangs */
    EXPECT(b, b->recovered_ms > 3000, "it did not hang");
    EXPECT(b, b->r.core == pid && kill(pid, 0) == 0, "it is another process now");
    /* the same with the confined one, which it is now: stopped by a signal for longer than the watchdog waits */
    kill(pid, SIGSTOP);
    rig_run(&b->r, 10000);
    kill(pid, SIGCONT);
    bench_recovery(b);
    bench_close_count(b, true);
}

static const struct bench_case cases[] = {
    {"process", "sigterm-in-send", sigterm, NULL, NULL, NULL},
    {"process", "deadlocked-loop", deadlock, NULL, NULL, "watchdog_s = 8;"},
    {"process", "second-instance", second, NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, ARRAY_LEN(cases));
}
