// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The power goes, at every point of a mixed run: before each sync, after each write, each change of a name, each
 * word to or from the line; and again while the box is starting or working after that, in every third. See disk.h for
 * what is left of a file then, power.h for how it is judged.
 *
 * usage: power_cut [TINBAO] [CUTS] [--lying-disk | --sync-off] [--seed N] [--point N]
 * CUTS: so many boxes lose power (10000 takes some eight minutes, the default 1500 one); those of them that lose it
 * again count as one. --lying-disk (fsync does nothing) and --sync-off (nobody asks for it) show that a loss is found:
 * exit 0 is when there was one. Else exit 0 when nothing was lost or doubled; 1; 2 when it could not be run.
 */
#include "tests/faults/power.h"

int main(int argc, char **argv)
{
    struct power_plan plan = {.cuts = 1500, .stride = 1, .seed = 1, .say = 3};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--lying-disk"))
            plan.lying = true;
        else if (!strcmp(argv[i], "--sync-off"))
            plan.sync_off = true;
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            plan.seed = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--point") && i + 1 < argc)
            plan.only = strtoll(argv[++i], NULL, 10);
        else if (atoi(argv[i]) > 0)
            plan.cuts = atoi(argv[i]);
    }
    bool must_lose = plan.lying || plan.sync_off;
    plan.stride = plan.cuts < 8000 ? 8000 / plan.cuts : 1;
    plan.stride = plan.only ? 1 : plan.stride;
    plan.say = must_lose ? 0 : 3;
    log_setup("power_cut", LOG_ERR_ - 1, false); /* a journal that is torn is said, and rightly */
    double from_s = disk_real_s();
    int rc = power_start(&plan);
    printf("power_cut: %d boxes lost power at %d points of %d runs of %d steps%s, %d of them again (%d cuts in all), "
           "%.1f s\n",
           power.children, power.children, power.run, TOWN_SCRIPT_N,
           plan.lying      ? ", fsync lying"
           : plan.sync_off ? ", nothing synced"
                           : "",
           power.sum.again, power.sum.cuts, disk_real_s() - from_s);
    bool good = !rc && (must_lose ? power.bad > 0 : power.bad == 0);
    printf("power_cut: %d with something lost or doubled (incidents, attendance, replies, jobs: every row of the "
           "account), %d texts twice by rule 4: %s\n",
           power.bad, power.sum.twice,
           rc     ? "could not be run"
           : good ? "good"
                  : "NOT GOOD");
    if (!must_lose)
        printf(
            "fault: power cut-at-every-point: %s, recovered in %.1f s: %d of %d boxes with something lost or doubled\n",
            good ? "ok" : "FAILED", power.sum.longest_s, power.bad, power.children);
    return rc ? 2 : good ? 0 : 1;
}
