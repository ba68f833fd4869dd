// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state directory of one run. Called by player.c. What can go wrong: no room or no
 * permission in the temporary directory, told by errno.
 */
#include "gateway/play/workdir.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <ftw.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TAIL_OCTETS 6000
#define SHM_LEAST_OCTETS (48u << 20)

/* A run commits some thousand times and never meets a power cut: memory will do where there is
 * enough of it. */
static const char *temporary(void)
{
    const char *tmp = getenv("TMPDIR");
    struct statvfs st;
    if (tmp && *tmp)
        return tmp;
    if (access("/dev/shm", W_OK | X_OK) == 0 && statvfs("/dev/shm", &st) == 0 &&
        (uint64_t)st.f_bavail * st.f_frsize >= SHM_LEAST_OCTETS)
        return "/dev/shm";
    return "/tmp";
}

int workdir_make(const char *keep, const char *file, char *out, size_t size)
{
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    if (keep && mkdir(keep, 0700) < 0 && errno != EEXIST)
        return -errno;
    struct sbuf b = sbuf_on(out, size);
    if (keep)
        sbuf_addf(&b, "%s/%.*s-XXXXXX", keep, (int)strcspn(base, "."), base);
    else
        sbuf_addf(&b, "%s/tinbao-play-XXXXXX", temporary());
    int rc = sbuf_done(&b);
    if (rc == 0 && !mkdtemp(out))
        rc = -errno;
    if (rc < 0)
        out[0] = '\0';
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

void workdir_remove(const char *dir)
{
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void workdir_log_tail(const char *path, FILE *to)
{
    char buf[TAIL_OCTETS + 1];
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    if (fseek(f, 0, SEEK_END) == 0) {
        long size = ftell(f);
        if (fseek(f, size > TAIL_OCTETS ? size - TAIL_OCTETS : 0, SEEK_SET) == 0) {
            size_t n = fread(buf, 1, TAIL_OCTETS, f);
            buf[n] = '\0';
            const char *from = size > TAIL_OCTETS && strchr(buf, '\n') ? strchr(buf, '\n') + 1 : buf;
            if (*from)
                fprintf(to, "the core's log ends:\n%s", from);
        }
    }
    fclose(f);
}
