// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program and says what it took. Called by scripts/bench for `tinbao parse`.
 *
 * usage: measure PROGRAM [ARGUMENT...]
 *
 * Standard input and output are the program's; the last line on standard error is
 * "measure: S.SSS s, N KB": time by the wall clock, and peak RSS. Exit status: the program's,
 * or 127.
 */
#include "gateway/base/clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage use;
    int status;
    if (argc < 2) {
        fprintf(stderr, "usage: measure PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    int64_t from_us = mono_us();
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &use) != pid) {
        perror("measure");
        return 127;
    }
    fprintf(stderr, "measure: %.3f s, %ld KB\n", (double)(mono_us() - from_us) / 1e6, use.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
