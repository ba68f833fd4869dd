// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device beside libgammu: a second descriptor on the same terminal, by which the line
 * sees data arrive (libgammu gives no descriptor to poll), reads what comes while no
 * command is under way (so that libgammu never sees an unsolicited line it would stall on),
 * and looks at stored PDUs before libgammu does. No library in here.
 *
 * Only one side reads at a time: raw while libgammu is idle, libgammu during its calls.
 */
#ifndef TB_LINE_GAMMU_RAW_H
#define TB_LINE_GAMMU_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#define RAW_LINE_MAX 2048

struct raw_port {
    int fd;
    struct termios old;
    char in[RAW_LINE_MAX];
    size_t n;
    bool skipping; /* inside an over-long line */
    bool echo;     /* the last command was echoed */
    /* Gets every line that is no answer; true: the next line belongs to it (+CDS, +CMT). */
    bool (*unsolicited)(void *ctx, const char *line);
    void *ctx;
    bool want_next;
};

/* "at115200" -> speed and raw mode. 0, or the errno of open (-ENOENT, -EACCES, -EBUSY),
 * -ENOTTY. raw_close on a port that is not open is harmless. */
int raw_open(struct raw_port *p, const char *device, const char *connection);
void raw_close(struct raw_port *p);

/* Everything that has arrived goes to unsolicited(). An unfinished line is waited for, at
 * most wait_ms. 0, or -ENODEV when the device is gone. */
int raw_drain(struct raw_port *p, int wait_ms);

/* One command (without CR). Answer lines go to on_line (may be NULL), unsolicited ones to
 * unsolicited(). 0 on OK, -EIO on ERROR (*code gets the CMS or CME code or -1; may be NULL),
 * -ETIMEDOUT when nothing comes for quiet_ms, -ENODEV. */
int raw_command(struct raw_port *p, const char *command, int quiet_ms, void (*on_line)(void *ctx, const char *line),
                void *ctx, int *code);
/* ESC, then AT until it is answered, with echo on: 0, -ETIMEDOUT, -ENODEV. */
int raw_wake(struct raw_port *p);

#endif
