// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls of each role. Called by confine.c. Names that an architecture lacks are skipped, so
 * that one table serves amd64, arm64 and armhf. What can go wrong: a library that asks for a call which is
 * not named gets EPERM, as from systemd's filter, and must live with it; glibc takes ENOSYS of clone3 as the
 * word to use clone, whose flags can be looked at.
 */
#include "gateway/confine/filter.h"

#include "gateway/base/err.h"
#include "gateway/confine/filter_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define NAMESPACES                                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static int add(scmp_filter_ctx ctx, uint32_t action, const char *name)
{
    int nr = seccomp_syscall_resolve_name(name);
    return nr < 0 ? 0 : seccomp_rule_add(ctx, action, nr, 0);
}

/* Allowed where (argument & mask) == value. */
static int add_if(scmp_filter_ctx ctx, const char *name, unsigned arg, uint64_t mask, uint64_t value)
{
    struct scmp_arg_cmp cmp = {.arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
    int nr = seccomp_syscall_resolve_name(name);
    return nr < 0 ? 0 : seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &cmp);
}

/* Memory is written or executed, never both: what PR_SET_MDWE says on newer kernels. */
static int add_memory(scmp_filter_ctx ctx)
{
    static const char *const names[] = {"mmap", "mmap2"};
    int rc = add_if(ctx, "mprotect", 2, PROT_EXEC, 0);
    for (size_t i = 0; !rc && i < ARRAY_LEN(names); i++) {
        rc = add_if(ctx, names[i], 2, PROT_WRITE | PROT_EXEC, 0);
        if (!rc)
            rc = add_if(ctx, names[i], 2, PROT_WRITE | PROT_EXEC, PROT_WRITE);
        if (!rc)
            rc = add_if(ctx, names[i], 2, PROT_WRITE | PROT_EXEC, PROT_EXEC);
    }
    return rc;
}

static int add_families(scmp_filter_ctx ctx, unsigned sets)
{
    static const struct {
        unsigned sets;
        int family;
    } table[] = {{FILTER_UNIX, AF_UNIX}, {FILTER_INET, AF_INET}, {FILTER_INET, AF_INET6}, {FILTER_INET, AF_NETLINK}};
    int rc = 0;
    for (size_t i = 0; !rc && i < ARRAY_LEN(table); i++)
        if (table[i].sets & sets)
            rc = add_if(ctx, "socket", 0, UINT32_MAX, (uint64_t)table[i].family);
    return !rc && (sets & (FILTER_UNIX | FILTER_THREAD)) ? add_if(ctx, "socketpair", 0, UINT32_MAX, AF_UNIX) : rc;
}

static int add_clone(scmp_filter_ctx ctx, unsigned sets)
{
    int rc = add(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3");
    if (!rc && (sets & FILTER_FORK))
        rc = add_if(ctx, "clone", 0, NAMESPACES, 0);
    else if (!rc && (sets & FILTER_THREAD))
        rc = add_if(ctx, "clone", 0, NAMESPACES | CLONE_THREAD, CLONE_THREAD);
    return rc;
}

static unsigned sets_of(enum confine_role role)
{
    switch (role) {
    case CONFINE_CORE:
        return FILTER_WRITE | FILTER_UNIX | FILTER_SERVE | FILTER_FORK; /* vault: a backup is a process, without exec */
    case CONFINE_CORE_SPAWNER:
        return ~0U;
    case CONFINE_LINE:
        return 0;
    case CONFINE_COURIER:
        /* No AF_UNIX: started by the core it has its user, and Landlock lets it connect to the control socket. Names
         * are then resolved without helpers (nscd, systemd-resolved's own socket). */
        return FILTER_INET | FILTER_CONNECT | FILTER_THREAD;
    case CONFINE_FRONT:
        return FILTER_INET | FILTER_SERVE;
    }
    return 0;
}

static int fill(scmp_filter_ctx ctx, unsigned sets)
{
    int rc = 0;
    for (size_t i = 0; !rc && filter_calls[i].name; i++)
        if (!filter_calls[i].sets || (filter_calls[i].sets & sets))
            rc = add(ctx, SCMP_ACT_ALLOW, filter_calls[i].name);
    for (size_t i = 0; !rc && filter_deadly[i]; i++)
        rc = add(ctx, SCMP_ACT_KILL_PROCESS, filter_deadly[i]);
    if (!rc)
        rc = add_memory(ctx);
    if (!rc)
        rc = add_families(ctx, sets);
    return rc ? rc : add_clone(ctx, sets);
}

/* A filter of its own, because ioctl is allowed: nobody types at the terminal of who started us (TIOCSTI). Of the
 * request the kernel reads 32 bits. */
static int no_typing(void)
{
    static const struct scmp_arg_cmp requests[] = {
        {.arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = TIOCSTI},
        {.arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = TIOCLINUX}};
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int rc = ctx ? 0 : -ENOMEM;
    for (size_t i = 0; !rc && i < ARRAY_LEN(requests); i++)
        rc = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &requests[i]);
    if (!rc)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
    return rc;
}

int filter_load(enum confine_role role)
{
    int rc = no_typing(); /* first: the other one lets no filter follow */
    scmp_filter_ctx ctx = rc ? NULL : seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return rc ? rc : -ENOMEM;
    (void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree: the hot path makes many calls */
    rc = fill(ctx, sets_of(role));
    if (!rc)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
    return rc;
}
