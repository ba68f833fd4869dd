// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of giving up, and what is common to all roles. See confine.h. What can go wrong: an old kernel
 * that lacks a layer (Debian 12's 6.1 has Landlock and seccomp, and no PR_SET_MDWE, for which the filter
 * stands in); then the others still hold.
 */
#include "gateway/confine/confine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/confine/filter.h"
#include "gateway/confine/landlock.h"

#include <dirent.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
#define SANITIZED 1
#endif
#ifdef SANITIZED
static const char *const sanitized = "it was built with sanitizers";
#else
static const char *const sanitized = NULL;
#endif

const char *confine_off(void)
{
    const char *asked = getenv(CONFINE_OFF_ENV), *preload = getenv("LD_PRELOAD");
    if (asked && !strcmp(asked, "1"))
        return "--unconfined, or " CONFINE_OFF_ENV "=1";
    if (asked && !strcmp(asked, "0"))
        return NULL;
    if (preload && strstr(preload, "vgpreload"))
        return "it runs under valgrind";
    return sanitized;
}

void confine_early(bool jit_less)
{
    struct rlimit none = {0, 0};
    if (confine_off())
        return;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none))
        log_warn("not confined as it should be: %s", strerror(errno));
    if (jit_less)
        (void)prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0); /* EINVAL: before Linux 6.3 */
}

/* --- what every role may open ------------------------------------------------------------- */

/* The program that the kernel runs to load this one; "" when there is none. */
static int find_interpreter(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    const char **out = arg;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            *out = (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr); // NOLINT: where the loader put it
    return 1;                                                                    /* the first is this program */
}

static void allow_all(struct confine *c, enum confine_may may, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)confine_allow(c, may, paths[i]);
}

/* Public files of the system, which hold nothing of ours; libraries are loaded late, too (iconv, names). */
static void allow_system(struct confine *c)
{
    static const char *const devices[] = {"/dev/null", "/dev/urandom", "/dev/random"};
    static const char *const files[] = {
        "/usr",           "/lib",       "/lib32",    "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload",
        "/etc/localtime", "/proc/self", "/proc/stat"};
    allow_all(c, CONFINE_DEVICE, devices, ARRAY_LEN(devices));
    allow_all(c, CONFINE_READ, files, ARRAY_LEN(files));
}

/* What others may read there, entry by entry: one that the core starts is of the settings' group, and they hold
 * numbers and PINs. A resolv.conf that is replaced later is another file: courier.c sees that, and ends. */
static void allow_etc(struct confine *c)
{
    char path[300];
    struct stat link, st;
    DIR *d = opendir("/etc");
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.' || !strcmp(e->d_name, "tinbao") ||
            snprintf(path, sizeof(path), "/etc/%s", e->d_name) >= (int)sizeof(path) || lstat(path, &link) ||
            stat(path, &st))
            continue;
        bool dir = S_ISDIR(st.st_mode) && S_ISDIR(link.st_mode) && (st.st_mode & 05) == 05;
        if (dir || (S_ISREG(st.st_mode) && (st.st_mode & 04)))
            (void)confine_allow(c, CONFINE_READ, path);
    }
    if (d)
        closedir(d);
}

static void allow_resolver(struct confine *c)
{
    static const char *const files[] = {"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
                                        "/proc/sys/net"};
    allow_all(c, CONFINE_READ, files, ARRAY_LEN(files));
}

/* A core that starts its children gives them nothing that it has not itself. */
static void allow_spawner(struct confine *c)
{
    const char *interpreter = "";
    dl_iterate_phdr(find_interpreter, &interpreter);
    (void)confine_allow(c, CONFINE_EXEC, "/proc/self/exe");
    if (interpreter[0])
        (void)confine_allow(c, CONFINE_EXEC, interpreter);
    (void)confine_allow(c, CONFINE_DEVICE, "/dev");
    (void)confine_allow(c, CONFINE_READ, "/proc");
    (void)confine_allow(c, CONFINE_READ, "/etc");
    allow_resolver(c);
}

void confine_begin(struct confine *c, enum confine_role role)
{
    *c = (struct confine){.role = role, .ruleset = -1};
    if (confine_off())
        return;
    landlock_begin(c);
    allow_system(c);
    if (role == CONFINE_CORE_SPAWNER) {
        allow_spawner(c);
    } else if (role == CONFINE_COURIER) {
        allow_etc(c);
        allow_resolver(c);
    } else if (role == CONFINE_CORE) {
        (void)confine_allow(c, CONFINE_READ, "/proc/sys/kernel/random");
    }
}

int confine_allow(struct confine *c, enum confine_may may, const char *path)
{
    if (c->ruleset < 0)
        return 0;
    int rc = landlock_allow(c, may, path);
    if (rc && rc != -ENOENT)
        log_warn("Landlock: %s: %s", path, strerror(-rc));
    return rc;
}

void confine_close(struct confine *c)
{
    const char *why = confine_off();
    if (why) {
        log_debug("not confined: %s", why);
        return;
    }
    int abi = c->abi;
    int rc = landlock_close(c);
    if (rc)
        log_warn("Landlock: %s: files are not confined", strerror(-rc));
    else if (abi == 0)
        log_debug("this kernel has no Landlock: files are not confined by it");
    rc = filter_load(c->role);
    if (rc)
        log_warn("seccomp: %s: system calls are not confined", strerror(-rc));
    else
        log_debug("confined: Landlock %d, seccomp", abi);
}
