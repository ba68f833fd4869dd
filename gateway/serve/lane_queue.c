// SPDX-License-Identifier: GPL-2.0-or-later
/* A bounded queue before a packet socket. Called by lines.c; goes wrong when the line does not
 * read for long: past the bound the caller gives the line up. */
#include "gateway/serve/lane_queue.h"

#include "gateway/base/err.h"

#include <event2/buffer.h>

int lane_queue_init(struct lane_queue *q)
{
    q->waiting = evbuffer_new();
    return q->waiting ? 0 : -ENOMEM;
}

void lane_queue_free(struct lane_queue *q)
{
    if (q->waiting)
        evbuffer_free(q->waiting);
    q->waiting = NULL;
}

void lane_queue_clear(struct lane_queue *q)
{
    if (q->waiting)
        evbuffer_drain(q->waiting, evbuffer_get_length(q->waiting));
}

static size_t header_size(void)
{
    return offsetof(struct line_msg, u);
}

int lane_queue_flush(struct lane_queue *q, int fd)
{
    struct line_msg m;
    while (evbuffer_get_length(q->waiting) >= header_size()) {
        evbuffer_copyout(q->waiting, &m, header_size());
        size_t n = line_size(m.type);
        evbuffer_copyout(q->waiting, &m, n);
        int rc = line_put(fd, &m);
        if (rc)
            return rc == -EAGAIN ? rc : -EPIPE;
        evbuffer_drain(q->waiting, n);
    }
    return 0;
}

int lane_queue_put(struct lane_queue *q, int fd, const struct line_msg *m)
{
    int rc = lane_queue_flush(q, fd);
    if (!rc)
        rc = line_put(fd, m);
    if (rc != -EAGAIN)
        return rc ? -EPIPE : 0;
    if (evbuffer_get_length(q->waiting) > LANE_QUEUE_MAX)
        return -ENOSPC;
    return evbuffer_add(q->waiting, m, line_size(m->type)) ? -ENOSPC : -EAGAIN;
}
