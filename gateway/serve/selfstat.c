// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/self (proc(5)). Called by metrics.c. */
#include "gateway/serve/selfstat.h"

#include "gateway/base/err.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The field after the name, which may hold blanks and brackets. */
static int read_stat(char *buf, size_t size, const char **after)
{
    FILE *f = fopen("/proc/self/stat", "re");
    size_t n = f ? fread(buf, 1, size - 1, f) : 0;
    if (f)
        fclose(f);
    buf[n] = '\0';
    const char *end = strrchr(buf, ')');
    *after = end ? end + 1 : NULL;
    return end ? 0 : -EIO;
}

/* Seconds since 1970 at which the system booted. */
static double boot_time_s(void)
{
    char line[256];
    long long s = 0;
    FILE *f = fopen("/proc/stat", "re");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "btime %lld", &s) == 1)
            break;
    if (f)
        fclose(f);
    return (double)s;
}

static int count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n > 3 ? n - 3 : 0; /* ".", "..", and the directory's own */
}

int selfstat_read(struct selfstat *s)
{
    char buf[1024];
    const char *p;
    unsigned long long user, sys, start, virtual_bytes;
    long long rss;
    struct rlimit r;
    memset(s, 0, sizeof(*s));
    if (read_stat(buf, sizeof(buf), &p) ||
        sscanf(p, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu %llu %lld",
               &user, &sys, &start, &virtual_bytes, &rss) != 5)
        return -EIO;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    s->cpu_s = (double)(user + sys) / ticks;
    s->start_s = boot_time_s() + (double)start / ticks;
    s->virtual_bytes = (int64_t)virtual_bytes;
    s->rss_bytes = rss * sysconf(_SC_PAGESIZE);
    s->fds = count_fds();
    if (getrlimit(RLIMIT_NOFILE, &r) == 0)
        s->fds_max = (int64_t)r.rlim_cur;
    return 0;
}
