// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts a child. Called by lines.c and child.c. The child gets /dev/null, the core's standard
 * output and error, and its socket as number 3; no other descriptor, no blocked signal. It is
 * in a process group of its own, so that a ^C at the terminal reaches the core alone, which
 * ends its lines in order; and it is killed when the core dies, so that a line which hangs in
 * the library does not hold the device against the next core. What can go wrong: no process,
 * no descriptor, no such binary; the child then exits 127 and the back-off of lines.c applies.
 */
#include "gateway/serve/spawn.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHILD_FD 3
#define ARGS_MAX 24

struct args {
    char *v[ARGS_MAX];
    int n;
    char poll_s[12], status_s[12];
};

static void add(struct args *a, const char *s)
{
    if (a->n < ARGS_MAX - 1)
        a->v[a->n++] = (char *)(uintptr_t)s;
}

static void add2(struct args *a, const char *option, const char *value)
{
    if (!*value)
        return;
    add(a, option);
    add(a, value);
}

static void line_args(struct args *a, const char *exe, const struct line_config *lc, const char *quarantine)
{
    snprintf(a->poll_s, sizeof(a->poll_s), "%d", lc->poll_s);
    snprintf(a->status_s, sizeof(a->status_s), "%d", SPAWN_STATUS_S);
    add(a, exe);
    add(a, "line");
    add2(a, "--fd", SPAWN_FD_TEXT);
    add2(a, "--name", lc->name);
    add2(a, "--device", lc->device);
    add2(a, "--connection", lc->connection);
    add2(a, "--poll", a->poll_s);
    add2(a, "--status", a->status_s);
    if (lc->cut_pauses)
        add(a, "--cut-pauses");
    add2(a, "--quarantine", quarantine);
}

/* In the child between fork and exec: only calls that are safe there. */
static void become_child(const char *exe, char *const *argv, char **env, int sock, int null, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    for (int sig = 1; sig < 32; sig++)
        signal(sig, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    /* The socket may be any number, also 3 (with close-on-exec) or one of 0 to 2. */
    int high = fcntl(sock, F_DUPFD, CHILD_FD + 1);
    if (high < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(high, CHILD_FD) < 0)
        _exit(127);
    close_range(CHILD_FD + 1, ~0U, 0); /* where the kernel has it; close-on-exec does it elsewhere */
    close(high);
    execve(exe, argv, env);
    _exit(127);
}

extern char **environ;

/* The environment with the PIN: an argument could be read by everyone in the process list. */
static char **environment(const char *pin_setting)
{
    size_t n = 0;
    while (environ[n])
        n++;
    char **env = calloc(n + 2, sizeof(*env));
    if (!env)
        return NULL;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "TINBAO_PIN=", 11) != 0)
            env[k++] = environ[i];
    if (pin_setting)
        env[k++] = (char *)(uintptr_t)pin_setting;
    return env;
}

int spawn_child(const char *exe, const char *name, const char *const *argv, char **env, pid_t *pid, int *fd)
{
    int pair[2] = {-1, -1}, rc = 0;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        rc = -errno;
        goto out;
    }
    pid_t parent = getpid();
    *pid = fork();
    if (*pid < 0) {
        rc = -errno;
        goto out;
    }
    if (*pid == 0)
        become_child(exe, (char *const *)(uintptr_t)argv, env ? env : environ, pair[1], null, parent);
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
        log_warn("%s: socket: %s", name, strerror(errno));
    *fd = pair[0];
    pair[0] = -1;
out:
    if (rc)
        log_err("%s: could not be started: %s", name, strerror(-rc));
    if (null >= 0)
        close(null);
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
    return rc;
}

int spawn_line(const char *exe, const struct line_config *lc, const char *quarantine, pid_t *pid, int *fd)
{
    struct args a = {.n = 0};
    char pin[32];
    snprintf(pin, sizeof(pin), "TINBAO_PIN=%s", lc->pin);
    line_args(&a, exe, lc, quarantine);
    char **env = environment(lc->pin[0] ? pin : NULL);
    int rc = env ? spawn_child(exe, lc->name, (const char *const *)a.v, env, pid, fd) : -ENOMEM;
    free(env);
    return rc;
}
