// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core's side of the front (gateway/front/front.h): starts it when the config has a port, and
 * answers what it asks: sessions by the desk, metrics, health. Owned by core.c.
 */
#ifndef TB_SERVE_FRONTSIDE_H
#define TB_SERVE_FRONTSIDE_H

#include "gateway/serve/lines.h"
#include "gateway/serve/report.h"
#include "gateway/serve/works.h"

struct frontside;

struct frontside_events {
    void *ctx;
    struct report_about (*about)(void *ctx);
    /* A session wrote rows: the sender has work. */
    void (*wrote)(void *ctx);
    void (*gone)(void *ctx); /* after frontside_quit: no child is left; perhaps from within */
};

/* Nothing runs before frontside_start; exe must outlive it. NULL: out of memory. */
struct frontside *frontside_new(struct works *w, struct lines *lines, const char *exe,
                                const struct frontside_events *ev);
void frontside_free(struct frontside *f);
/* Starts the child if the config wants one; takes over changed settings, or ends it. */
void frontside_follow(struct frontside *f);
/* SIGCHLD came. */
void frontside_reap(struct frontside *f);
void frontside_quit(struct frontside *f);
bool frontside_gone(const struct frontside *f);
/* Where it listens: the port, 0 = nowhere (why says it, "" = it is not to). */
int frontside_port(const struct frontside *f, const char **why);

#endif
