// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process gives up before it listens to the world: the same whether systemd runs it or somebody
 * at a terminal. Three layers, each as far as the kernel has it:
 *
 *  - of the process: no new privileges, no core dump, no debugger of the same user, no memory that is both
 *    written and executed (so PCRE2 goes without its JIT: 3 us more a text);
 *  - Landlock: nothing can be opened, made or executed but what was named;
 *  - seccomp: the system calls of its role; others are refused with EPERM, those that only an intruder
 *    would make end the process (SIGSYS).
 *
 * What a process gave up its children do not have either. So a core that starts its children itself
 * (children.as = "spawned") keeps what they need, the network and the devices; one whose children are units
 * of their own keeps neither (see config: children).
 *
 * Called by gateway/cmd (children, tools) and gateway/serve/fence.c (the core). Off in builds with sanitizers,
 * under valgrind, and where TINBAO_UNCONFINED=1 stands in the environment (serve --unconfined puts it there);
 * TINBAO_UNCONFINED=0 confines in any build, for the tests.
 * Only this room includes seccomp.h.
 */
#ifndef TB_CONFINE_CONFINE_H
#define TB_CONFINE_CONFINE_H

#include <stdbool.h>

#define CONFINE_OFF_ENV "TINBAO_UNCONFINED"

enum confine_role {
    CONFINE_CORE,         /* state, settings; UNIX sockets that it made; forks; no connect, no exec */
    CONFINE_CORE_SPAWNER, /* the same, and all that its children need: exec, network, devices */
    CONFINE_LINE,         /* its device */
    CONFINE_COURIER,      /* network as a client; certificates and the resolver's files */
    CONFINE_FRONT         /* network as a server */
};

/* What may be done with a path and all below it. */
enum confine_may {
    CONFINE_READ,   /* read, list */
    CONFINE_EXEC,   /* read, and run as a program */
    CONFINE_DEVICE, /* read, write, ioctl; nothing is made */
    CONFINE_WRITE   /* read, write, make, rename, remove; no devices */
};

struct confine {
    enum confine_role role;
    int ruleset; /* Landlock's, -1: the kernel has none, or confinement is off */
    int abi;     /* Landlock's, 0 = none */
};

/* Why nothing is given up here, or NULL. */
const char *confine_off(void);
/* At the very start, for every process: no core dump, no debugger, no new privileges; jit_less: and no
 * memory that is written and executed. What the kernel does not know is left out. */
void confine_early(bool jit_less);

/* Then: begin, name the paths, close. Begun, c names what every role needs: libraries, /dev/null, chance. */
void confine_begin(struct confine *c, enum confine_role role);
/* A path that is not there is left out: 0, -ENOENT, or another -errno, which is logged. Symbolic links
 * are followed now; of a file it is this very file that counts, so name directories of what is replaced. */
int confine_allow(struct confine *c, enum confine_may may, const char *path);
/* Gives up the rest. What can not be done is logged (once, at debug level, when the kernel has it not). */
void confine_close(struct confine *c);

#endif
