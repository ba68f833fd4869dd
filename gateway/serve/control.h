// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket: state_dir/tinbao.sock, a unix stream socket of mode 0600. One request a
 * connection, one line ("status", "code *1#", "session 7 1*2*0", "reload", "invite 7 member 6,7 Name"); the answer is
 * text until the end: "ok\n" and what was asked for, or "error: …\n". */
#ifndef TB_SERVE_CONTROL_H
#define TB_SERVE_CONTROL_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_SOCKET "tinbao.sock"
#define CONTROL_REQUEST_MAX 512
#define CONTROL_ANSWER_MAX 16384

struct ctlsock; /* owned by core.c */

struct ctlsock_events {
    void *ctx;
    /* Answers `request` into out (text, terminated): 0, or -errno with a reason in out. */
    int (*request)(void *ctx, const char *request, char *out, size_t size);
};

/* NULL: said why. The caller holds the database's lock, so an old socket there is nobody's. */
struct ctlsock *ctlsock_new(struct event_base *base, const char *dir, const struct ctlsock_events *ev);
void ctlsock_free(struct ctlsock *c); /* removes the socket */

/* The client (tinbao status, code, roster invite): one request; out gets the answer after "ok\n". 0,
 * -ENOENT nobody serves there, -EINVAL it was refused (out says why), -EMSGSIZE, or the
 * socket's error. Waits at most 10 s. */
int ctlsock_ask(const char *dir, const char *request, char *out, size_t size);
/* The same, with a time of the caller's; -ETIMEDOUT. */
int ctlsock_ask_within(const char *dir, const char *request, int64_t within_ms, char *out, size_t size);

#endif
