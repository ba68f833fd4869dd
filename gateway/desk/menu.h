// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The menu: the supervisor's codes as a session of single digits. A struct menu is where somebody
 * stands in it and what his screen offered; menu_input takes one input, menu_show makes the screen.
 * The same engine answers a USSD front (the inputs so far are replayed, see menu_front.c), a menu
 * by SMS (a row of the database, menu_sms.c) and the console.
 *
 *   main      1..7 the codes, an incident's code that incident, 0 the end
 *   a code    1..7 an entry of the list, 7 the month before (indicators), 8 another village,
 *             9 the next page, 0 back
 *   villages  1..8 this one, 9 the next page, 0 back
 *   PIN       the digits of his PIN, 0 back
 *
 * An entry is picked as the screen showed it, whatever happened since.
 */
#ifndef TB_DESK_MENU_H
#define TB_DESK_MENU_H

#include "gateway/desk/codes_table.h"

#define MENU_DEPTH 6
#define MENU_INPUTS_MAX 60 /* two machines must not talk for ever */
#define MENU_INPUT_SIZE 16
#define MENU_STATE_SIZE 400

struct screen {
    int number; /* the code; -1: the choice of a village for the code below it */
    int page;
    char arg[CODES_ARG_SIZE];    /* *2*: an incident; *5*: a month; else "" */
    char place[PLACE_CODE_SIZE]; /* "" = all */
};

struct menu {
    struct screen s[MENU_DEPTH]; /* the one on top is shown */
    int depth;                   /* 0: the main menu */
    int inputs;
    bool pin_ok;
    bool over; /* the last screen was shown: there is no more to type */
    /* what the shown screen offers */
    bool has_more, asks_pin;
    char keys[PAGER_KEYS_MAX][PAGER_KEY_SIZE];
    int n_keys;
    /* said before the next screen: TEXT_COUNT = nothing */
    enum text_id note;
    char note_value[16];
};

void menu_start(struct menu *m);
/* One input of who looks. v->place is not used. 0, 1 when rows were written (a wrong PIN), or a storage
 * error. */
int menu_input(struct menu *m, const struct view *v, const char *input);
/* The screen, at most `width` septets; size >= PAGER_OUT_SIZE. Remembers what it offers. */
int menu_show(struct menu *m, const struct view *v, int width, char *out, size_t size);
/* May this role open it at all? */
bool menu_allowed(const struct user *u);

/* As one line of text, and back: -EINVAL when it is none. Never holds a PIN. */
int menu_write(const struct menu *m, char *out, size_t size);
int menu_read(struct menu *m, const char *from);

/* menu_front.c: where sessions over USSD and at the console stand, in memory only: without it they are
 * replayed from their beginning. */
struct menu_memory;
void menu_memory_free(struct menu_memory *m);

/* menu_sms.c */
int form_menu(struct msg *m);
/* Is this text (a digit, an incident's code, a PIN) an input of the sender's open menu? 1 yes (and done), 0 no. */
int menu_digits(struct msg *m);
/* Could it be one, so that the same text again is no resend? */
bool menu_is_input(const struct msg *m);
/* A question is asked of this user: his menu ends, one dialogue a number. */
int menu_close(struct desk *d, int64_t user_id);
/* Deletes what timed out long ago. */
int menu_daily(struct desk *d);
/* A PIN in the text is taken out of it before it is stored: then m->pin has it, and 1. */
int menu_hide_pin(struct msg *m, char *text);

/* pin.c */
enum pin_result { PIN_OK, PIN_NONE, PIN_WRONG, PIN_LOCKED };
/* Does this code ask for the PIN of who looks? Not of who has none, nor at the console. */
bool pin_needed(const struct view *v, const struct code_call *c);
/* Tries it: what came of it, and a short text for it: tries left, or the time when it is open again.
 * 0, 1 when rows were written, or a storage error. */
int pin_try(struct desk *d, const struct user *u, const char *pin, enum pin_result *result, char text[16]);

#endif
