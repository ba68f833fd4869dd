// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Landlock (Documentation/userspace-api/landlock.rst): a right that is handled and not given is refused. The
 * numbers are our own, because Debian 12's headers end at ABI 2 while its successor's kernel runs the
 * same binary. What can go wrong: a path that is not there; a right that a plain file can not have, which
 * the kernel takes as an error, so it is left out here.
 */
#include "gateway/confine/landlock.h"

#include "gateway/base/err.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS(name) ((uint64_t)LANDLOCK_ACCESS_FS_##name)
#define FS_TRUNCATE ((uint64_t)1 << 14)  /* ABI 3 */
#define FS_IOCTL_DEV ((uint64_t)1 << 15) /* ABI 5 */
#define NET_BIND_TCP ((uint64_t)1 << 0)  /* ABI 4 */
#define NET_CONNECT_TCP ((uint64_t)1 << 1)
#define SCOPE_ABSTRACT_UNIX ((uint64_t)1 << 0) /* ABI 6 */
#define SCOPE_SIGNAL ((uint64_t)1 << 1)

#define FS_READ (FS(READ_FILE) | FS(READ_DIR))
#define FS_MADE                                                                                                        \
    (FS(MAKE_REG) | FS(MAKE_DIR) | FS(MAKE_SOCK) | FS(MAKE_SYM) | FS(REMOVE_FILE) | FS(REMOVE_DIR) | FS(REFER))
#define FS_ABI1                                                                                                        \
    (FS_READ | FS(EXECUTE) | FS(WRITE_FILE) | FS(MAKE_CHAR) | FS(MAKE_FIFO) | FS(MAKE_BLOCK) | (FS_MADE & ~FS(REFER)))
#define FS_OF_FILES (FS(EXECUTE) | FS(READ_FILE) | FS(WRITE_FILE) | FS_TRUNCATE | FS_IOCTL_DEV)

struct attr {
    uint64_t fs, net, scoped;
};

static uint64_t handled_fs(int abi)
{
    return FS_ABI1 | (abi >= 2 ? FS(REFER) : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

/* No role connects but the courier, and what starts it; none binds but the front. */
static uint64_t handled_net(enum confine_role role)
{
    switch (role) {
    case CONFINE_CORE_SPAWNER:
        return 0;
    case CONFINE_COURIER:
        return NET_BIND_TCP;
    case CONFINE_FRONT:
        return NET_CONNECT_TCP;
    case CONFINE_CORE:
    case CONFINE_LINE:
        break;
    }
    return NET_BIND_TCP | NET_CONNECT_TCP;
}

/* systemd's socket may be an abstract one. */
static uint64_t scoped(enum confine_role role)
{
    const char *notify = getenv("NOTIFY_SOCKET");
    bool core = role == CONFINE_CORE || role == CONFINE_CORE_SPAWNER;
    return SCOPE_SIGNAL | (core && notify && notify[0] == '@' ? 0 : SCOPE_ABSTRACT_UNIX);
}

void landlock_begin(struct confine *c)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return;
    struct attr a = {.fs = handled_fs((int)abi)};
    size_t size = sizeof(a.fs);
    if (abi >= 4) {
        a.net = handled_net(c->role);
        size += sizeof(a.net);
    }
    if (abi >= 6) {
        a.scoped = scoped(c->role);
        size += sizeof(a.scoped);
    }
    c->ruleset = (int)syscall(SYS_landlock_create_ruleset, &a, size, 0);
    c->abi = c->ruleset < 0 ? 0 : (int)abi;
}

static uint64_t rights(enum confine_may may)
{
    switch (may) {
    case CONFINE_READ:
        return FS_READ;
    case CONFINE_EXEC:
        return FS_READ | FS(EXECUTE);
    case CONFINE_DEVICE:
        return FS_READ | FS(WRITE_FILE) | FS_TRUNCATE | FS_IOCTL_DEV;
    case CONFINE_WRITE:
        return FS_READ | FS(WRITE_FILE) | FS_TRUNCATE | FS_MADE;
    }
    return 0;
}

int landlock_allow(const struct confine *c, enum confine_may may, const char *path)
{
    struct stat st;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights(may) & handled_fs(c->abi)};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return -errno;
    int rc = fstat(rule.parent_fd, &st) ? -errno : 0;
    if (!rc && !S_ISDIR(st.st_mode))
        rule.allowed_access &= FS_OF_FILES;
    if (!rc && syscall(SYS_landlock_add_rule, c->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        rc = -errno;
    close(rule.parent_fd);
    return rc;
}

int landlock_close(struct confine *c)
{
    int rc = 0;
    if (c->ruleset < 0)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, c->ruleset, 0))
        rc = -errno;
    close(c->ruleset);
    c->ruleset = -1;
    return rc;
}
