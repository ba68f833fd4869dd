// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disk refuses, at every n-th of its calls in a run of 54 messages: full, read-only, errors of write, sync, read,
 * open and truncate, short writes; once, for a while, and from then on. After a sync that failed the pages are lost,
 * as Linux does it, and the power goes as well before it is judged. See scarce.h.
 *
 * usage: io_faults [TINBAO] [STRIDE] [--call N]
 * Every STRIDEth call (default 211; 1: each of them, which takes an hour). Exit 0 when there was no crash and nothing
 * was lost or doubled; 1; 2 when it could not be run.
 */
#include "tests/faults/scarce.h"

int main(int argc, char **argv)
{
    struct scarce_plan plan = {.stride = 211, .modes = 7, .seed = 1, .say = 3};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--call") && i + 1 < argc)
            plan.only = strtoll(argv[++i], NULL, 10);
        else if (atoi(argv[i]) > 0)
            plan.stride = atoi(argv[i]);
    }
    log_setup("io_faults", LOG_WARN_, false);
    double from_s = disk_real_s();
    int rc = scarce_start(&plan);
    bool good = !rc && scarce.bad == 0 && scarce.children > 0;
    printf("io_faults: %lld calls of the disk after the start, %d lives with one of them refused once, for a while, or "
           "from "
           "then on; %.1f s\n",
           (long long)scarce.n, scarce.children, disk_real_s() - from_s);
    for (int i = 0; i < SCARCE_FAULTS_N; i++)
        printf("io_faults: %s: %d lives, %d not good\n", SCARCE_FAULTS[i].name, scarce.children_of[i],
               scarce.bad_of[i]);
    printf("io_faults: %d crashed, lost or doubled something; in %d a text waited on the SIM for a restart: %s\n",
           scarce.bad, scarce.sum.given_up,
           rc     ? "could not be run"
           : good ? "good"
                  : "NOT GOOD");
    printf("fault: storage io-fails: %s, recovered in %.1f s: %d of %d lives not good\n", good ? "ok" : "FAILED",
           scarce.sum.longest_s, scarce.bad, scarce.children);
    return rc ? 2 : good ? 0 : 1;
}
