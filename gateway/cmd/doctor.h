// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of `tinbao doctor` share. Private to them. */
#ifndef TB_CMD_DOCTOR_H
#define TB_CMD_DOCTOR_H

#include "config/config.h"

#include <jansson.h>
#include <stdint.h>

#define DOCTOR_MAX 64
#define DOCTOR_ASK_MS 3000

enum finding_level { FIND_OK, FIND_LOOK, FIND_BAD };

struct finding {
    enum finding_level level;
    char what[20], text[400]; /* a cause and what to do; never a number of a phone */
};

struct doctor {
    const struct config *cfg; /* NULL: it can not be read */
    char state_dir[256];
    json_t *status; /* of the running service, NULL: it gave none */
    long pid;       /* who holds the lock, 0 = nobody */
    bool with_chain;
    struct finding found[DOCTOR_MAX];
    int n;
};

/* doctor_say.c: numbers in it are masked. */
void doctor_say(struct doctor *d, enum finding_level level, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* doctor_files.c: state directory, disk, key file, database, backups, journal. */
void doctor_files(struct doctor *d);
/* doctor_service.c: the process, its socket, what it says of itself, systemd. */
void doctor_service(struct doctor *d);
/* doctor_box.c: modems, clock, memory. */
void doctor_box(struct doctor *d);

#endif
