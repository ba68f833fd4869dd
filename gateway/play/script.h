// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of the play format (`tinbao play`): text in, a list of statements or the
 * first error out. Pure: no files, no clock, bounded by the size of its input; its fuzzer
 * is tests/fuzz/fuzz_script.c. Called by gateway/cmd/play.c and the player's tests.
 *
 * What is checked here, so that a run never begins with a script that can not end: every
 * word, number, unit and fault name; that time does not go backwards; that every pattern
 * compiles.
 */
#ifndef TB_PLAY_SCRIPT_H
#define TB_PLAY_SCRIPT_H

#include "gateway/base/sms.h"
#include "gateway/serve/player.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_MAX (4u << 20)    /* octets of one file */
#define SCRIPT_CONSOLE "console" /* who sits at the box: no phone, a request instead of a text */

enum script_op {
    OP_AT,         /* ms: UTC */
    OP_WAIT,       /* ms */
    OP_CLOCK,      /* ms, signed */
    OP_TEXT,       /* number, text (escapes taken, {name} still in it) */
    OP_EXPECT,     /* number, match, text (pattern or whole text), flags */
    OP_REQUEST,    /* text: a request to the core's control socket ({name} still in it) */
    OP_ANSWER,     /* match, text, flags: of what the console was answered */
    OP_RINGS,      /* number */
    OP_RESTART,    /* */
    OP_RESTART_AT, /* step, passed */
    OP_MODEM,      /* text: a fault as air_fault_set() takes it, or "ok" */
    OP_REACHABLE   /* number, reachable */
};

enum script_match { MATCH_TEXT, MATCH_PATTERN, MATCH_ANY, MATCH_NOTHING, MATCH_SKIP };

struct script_item {
    int line; /* 1.. */
    enum script_op op;
    enum script_match match;
    enum play_step step;
    int passed; /* the step is passed so many times before */
    bool reachable;
    char flags[4]; /* of "is" */
    char number[ADDRESS_SIZE];
    int64_t ms;
    char *text; /* owned by the script */
};

struct script {
    struct script_item *items;
    size_t n;
    int last_line;    /* lines in the file, for what is left waiting at the end */
    bool ignore_rest; /* "ignore the rest" stands somewhere */
};

struct script_error {
    int line;
    char text[300]; /* what is wrong, and the remedy */
};

/* Reads n octets of UTF-8. 0 and *out (script_free), or -EINVAL with *e filled, or -ENOMEM. */
int script_read(const char *text, size_t n, struct script **out, struct script_error *e);
void script_free(struct script *s);

#endif
