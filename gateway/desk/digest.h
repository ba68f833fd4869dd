// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests: what came since the last one, by village and kind, what is open and overdue, patrols held and
 * missed; for the officers of a village, the duty desk and the chief. The night's every morning, the week's
 * on its day, the month's on the 1st. Counts only: nothing compares persons or villages.
 *
 * A digest covers what has an id above the last one's, so that a clock that jumps, a restart or a morning
 * without power neither loses nor doubles anything: what could not be sent is in the next. A kind that
 * goes with the digest stands in it by code and village, since no alert went out for it.
 */
#ifndef TB_DESK_DIGEST_H
#define TB_DESK_DIGEST_H

#include "gateway/desk/codes.h"
#include "store/digest.h"

enum digest_kind { DIGEST_NIGHT, DIGEST_WEEK, DIGEST_MONTH, DIGEST_KINDS };

#define DIGEST_PARTS_MAX 9
#define DIGEST_UNREAD_MAX 40 /* texts that are shown; all are counted */
#define DIGEST_TEXT_SIZE 220 /* of one of them */

/* What one recipient may see of a row. */
struct digest_mark {
    bool seen; /* it is his to see */
    bool news; /* and nobody told him yet: by code */
    bool late; /* open beyond its time */
};

struct digest_rows {
    struct digest_row *rows;
    struct digest_mark *marks; /* of the recipient in hand */
    size_t n, cap;
};

struct digest_unread {
    char who[64], text[DIGEST_TEXT_SIZE]; /* masked, without accents */
};

/* A digest in the making: gathered once, told to many. */
struct digest {
    struct desk *d;
    enum digest_kind kind;
    int64_t now_ms;           /* calendar */
    int nights;               /* covered, at least 1 */
    char first[12], last[12]; /* the first and the last of them: "2026-11-12" */
    struct digest_rows fresh, live;
    struct digest_unread *unread; /* DIGEST_UNREAD_MAX */
    size_t n_unread;              /* all of them */
    int64_t last_incident, last_message;
    int64_t since_ms; /* the day of the first message ever: of what was before nothing is known */
};

/* digest_plan.c ------------------------------------------------------------------------ */
/* "night", "week", "month": the key of the job; digest_kind_of: -EINVAL. */
const char *digest_name(enum digest_kind k);
int digest_kind_of(const char *key, enum digest_kind *k);
/* The first time at or after from_ms (UTC ms, calendar) that this digest is due. */
int64_t digest_next(const struct config *cfg, enum digest_kind k, int64_t from_ms);
/* Is it of use still, so long after it was due? A night's not after the morning. */
bool digest_useful(enum digest_kind k, int64_t late_ms);
/* Sets the jobs of all digests by the calendar as it is now: at start, when the clock has jumped, when the
 * settings have changed, after a digest. */
int digest_plan(struct desk *d);

/* digest.c ------------------------------------------------------------------------------- */
/* The job: tells everybody who gets it. */
int digest_run(struct desk *d, const char *key);
/* The rule of the settings for this user; NULL: none, he gets nothing. */
const struct digest_rule *digest_rule_of(const struct config *cfg, const struct user *u);

/* digest_text.c -------------------------------------------------------------------------- */
/* Is there anything to say to him? The marks must be his. */
bool digest_has_news(const struct digest *g, const struct view *v);
/* All phrases for him, in the order of what he must act on. */
int digest_say(const struct digest *g, struct view *v, struct pager *p);
/* The one line when nothing happened. */
int digest_say_none(const struct digest *g, struct view *v, struct pager *p);

/* digest_patrol.c ------------------------------------------------------------------------ */
/* Patrols held and missed of a village in the nights of the digest. */
int digest_patrols(const struct digest *g, const char *place, int *held, int *missed);

#endif
