// SPDX-License-Identifier: GPL-2.0-or-later
/* What a line's socket does not take at once, in order, bounded. Used by lines.c. */
#ifndef TB_SERVE_LANE_QUEUE_H
#define TB_SERVE_LANE_QUEUE_H

#include "gateway/line/line.h"

#define LANE_QUEUE_MAX (1u << 20)

struct evbuffer;
struct lane_queue {
    struct evbuffer *waiting; /* packets back to back; the type tells the size */
};

int lane_queue_init(struct lane_queue *q);
void lane_queue_free(struct lane_queue *q);
void lane_queue_clear(struct lane_queue *q);
/* Writes m, or keeps it behind what waits: 0 all is written, -EAGAIN something waits (flush
 * when writable), -EPIPE the peer is gone, -ENOSPC the bound is reached: m was not taken. */
int lane_queue_put(struct lane_queue *q, int fd, const struct line_msg *m);
/* 0 empty, -EAGAIN, -EPIPE. */
int lane_queue_flush(struct lane_queue *q, int fd);

#endif
