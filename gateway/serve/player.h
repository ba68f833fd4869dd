// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the player and the core it forked: SOCK_SEQPACKET, struct play_msg a packet.
 *
 * The player keeps the clock. It sends PLAY_CLOCK first (the core starts only then) and
 * answers PLAY_IDLE by moving on. On PLAY_SETTLE n the core does everything that is due at
 * its clock: drains its lines (LINE_SYNC), runs due jobs, hands out what may go and waits for
 * the results; then sends PLAY_IDLE n with the time of the next due thing. A line that does
 * not answer (a modem fault) does not hold PLAY_IDLE for more than stall_ms of real time.
 */
#ifndef TB_SERVE_PLAYER_H
#define TB_SERVE_PLAYER_H

#include <stdint.h>

enum play_type {
    /* player to core */
    PLAY_CLOCK = 1, /* a = wall ms, b = boot ms: both hands stand there now */
    PLAY_SETTLE,    /* n; a = stall_ms */
    PLAY_FAIL_AT,   /* a = enum play_step: SIGKILL yourself at this step of the next text, after it was
                       passed b times */
    /* core to player */
    PLAY_READY = 64, /* database open, lines started */
    PLAY_IDLE        /* n; a = wall ms of the next due thing on the present clock, INT64_MAX none;
                        b = 1 when every line is up and answered its sync */
};

enum play_step {
    STEP_NONE,
    STEP_RECEIVED,  /* a part, or a call, was read from the line, nothing written */
    STEP_COMMITTED, /* committed, LINE_KEPT not sent */
    STEP_KEPT,      /* LINE_KEPT sent, nothing handed to a line */
    STEP_SENT,      /* LINE_SEND handed over, its result not recorded */
    STEP_APPLIED,   /* understood and written, not committed */
    STEP_PICKED,    /* marked as on its way, not committed */
    STEP_MARKED,    /* committed as on its way, not handed to a line */
    STEP_RESULT,    /* the line's word on a text was heard, not written */
    STEP_REPORT,    /* a delivery report was heard, not written */
    STEP_RECORDED,  /* results and reports are committed */
    STEP_JOB_RUN,   /* a job was done, not committed */
    STEP_JOB_DONE,  /* and committed */
    STEP_COUNT
};

struct play_msg {
    uint32_t magic; /* PLAY_MAGIC */
    uint32_t type;
    uint64_t n;
    int64_t a, b;
};
#define PLAY_MAGIC 0x74627001u

#endif
