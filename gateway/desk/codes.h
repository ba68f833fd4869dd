// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supervisor's codes, as the files of the desk share them: who asks, what he may see, and
 * one provider for each code. A provider reads, never writes; it gives whole phrases to the
 * pager (page_add, page_pick, page_text) and knows nothing of SMS, menus or pages. A new code is
 * a row in the table of codes.c and a function here.
 *
 * The same providers answer a code by SMS, a menu by SMS, a USSD front and the console.
 */
#ifndef TB_DESK_CODES_H
#define TB_DESK_CODES_H

#include "gateway/desk/pager.h"
#include "gateway/desk/room.h"

#define CODES_ARGS_MAX 5
#define CODES_ARG_SIZE 12

/* What stands behind the number of a code: of "*5*11*6#" "11" and "6". An argument that was left
 * out, or is 0, is "". The village among them is checked, and in view.place. */
struct codes_args {
    char v[CODES_ARGS_MAX][CODES_ARG_SIZE];
};

/* Who asks, and what of it he may see. */
struct view {
    struct desk *d;
    const struct user *user; /* NULL: the console, as a chief who is named for no restricted kind */
    int64_t now_ms;
    char place[PLACE_CODE_SIZE]; /* the one village that was asked for; "" = all he may see */
};

/* The console, an area officer, the duty desk, the chief: not a leader or village head. */
bool view_is_officer(const struct view *v);
/* Is this village his, and what was asked for? "" (not known) only for whoever answers for all. */
bool view_place(const struct view *v, const char *place);
/* May he see that this incident is there? Its village is view_place, a restricted one is for those
 * named for its kind alone, a tip never for the team; to the team what its members were told, and his own report. */
bool view_incident(const struct view *v, const struct incident *in);
/* "Man De": the village's name without accents, at most 24 letters; "" when not known. */
void view_place_name(const struct view *v, const char *place, char *out, size_t size);
/* Each village that view_place is true for, in the order of places.cfg. Non-zero of fn ends it. */
int view_each_place(const struct view *v, int (*fn)(void *ctx, const struct place *p), void *ctx);

/* A text of messages.vi.cfg as one phrase: pairs of name and value, ended by NULL. */
int page_text(struct pager *p, const struct config *cfg, enum text_id id, ...) __attribute__((sentinel));

/* An incident as one entry of a list that a session can pick. */
void codes_entry(const struct view *v, const struct incident *in, const char *state, struct pager *p);
/* Is he still there? A VAO without RA ends by itself some time. */
bool codes_there(const struct view *v, const struct attendance *a);

/* The providers: 0, or a storage error. ------------------------------------------------ */
int codes_today(struct view *v, const struct codes_args *a, struct pager *p);      /* *1*2# */
int codes_open(struct view *v, const struct codes_args *a, struct pager *p);       /* *2#, *2*48217# */
int codes_duty(struct view *v, const struct codes_args *a, struct pager *p);       /* *3# */
int codes_overdue(struct view *v, const struct codes_args *a, struct pager *p);    /* *4# */
int codes_modem(struct view *v, const struct codes_args *a, struct pager *p);      /* *7# */
int codes_indicators(struct view *v, const struct codes_args *a, struct pager *p); /* *5*11*2# */
int codes_ahead(struct view *v, const struct codes_args *a, struct pager *p);      /* *6*2# */
/* codes_calendar.c: the calendar's part of *4#. */
int codes_overdue_calendar(struct view *v, struct pager *p);

#endif
