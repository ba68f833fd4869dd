// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Out of memory at every allocation of a run of 54 messages, whoever makes it (the service, SQLite, libevent, PCRE2,
 * jansson, libc itself): once, for a while, and from then on. See scarce.h.
 *
 * usage: malloc_faults [TINBAO] [STRIDE] [--call N]
 * Every STRIDEth allocation (default 25; 1: each of them, which takes half an hour). Exit 0 when there was no crash and
 * nothing was lost or doubled; 1; 2 when it could not be run.
 */
#include "tests/faults/malloc_calls.h"

int main(int argc, char **argv)
{
    struct scarce_plan plan = {.memory = true, .stride = 25, .modes = 7, .seed = 1, .say = 3};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--call") && i + 1 < argc)
            plan.only = strtoll(argv[++i], NULL, 10);
        else if (atoi(argv[i]) > 0)
            plan.stride = atoi(argv[i]);
    }
    log_setup("malloc_faults", LOG_WARN_, false);
    double from_s = disk_real_s();
    int rc = scarce_start(&plan);
    bool good = !rc && scarce.bad == 0 && scarce.children > 0;
    printf(
        "malloc_faults: %lld allocations after the start, %d lives with one of them refused once, for a while, or from "
        "then on; %.1f s\n",
        (long long)scarce.n, scarce.children, disk_real_s() - from_s);
    printf("malloc_faults: %d crashed, lost or doubled something; in %d a text waited on the SIM for a restart: %s\n",
           scarce.bad, scarce.sum.given_up,
           rc     ? "could not be run"
           : good ? "good"
                  : "NOT GOOD");
    printf("fault: process malloc-fails: %s, recovered in %.1f s: %d of %d lives not good\n", good ? "ok" : "FAILED",
           scarce.sum.longest_s, scarce.bad, scarce.children);
    return rc ? 2 : good ? 0 : 1;
}
