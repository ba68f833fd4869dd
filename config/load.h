// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the loader share; private to config. */
#ifndef TB_CONFIG_LOAD_H
#define TB_CONFIG_LOAD_H

#include "config/arena.h"
#include "config/config.h"
#include "config/keys.h"

#include <libconfig.h>

struct loader {
    struct config *c;
    struct arena *arena; /* c's */
    struct problems *p;
    const char *file; /* being read: for the messages, and what paths are relative to */
};

/* Problem at a setting of the file being read. */
void load_bad(struct loader *l, bool warning, const config_setting_t *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void load_no_memory(struct loader *l);

/* Sets the table's defaults in base. */
void keys_default(const struct key_table *t, void *base);
/* Reads a group by its table into base (defaults first); each key that is unknown, missing
 * or wrong is a problem. whose: "a place", for the messages. */
void keys_read(struct loader *l, const config_setting_t *group, const struct key_table *t, void *base,
               const char *whose);
/* "60..86400 s, default 7200" and the like. */
void key_range(const struct key *k, char *out, size_t size);
/* The list `name` at the root of a parsed file, which holds nothing else; NULL: a problem was said. */
const config_setting_t *load_only_list(struct loader *l, const config_t *cfg, const char *name, int type);
/* A path of the file `from`, resolved against its directory; 0 or -EMSGSIZE. */
int load_resolve(const char *from, const char *path, char *out, size_t size);
/* Where the shipped files are: $TINBAO_SHARE, or as compiled in. */
const char *load_share(void);

/* Each fills its part of l->c from a file's text and says problems; l->file is set. */
void load_places(struct loader *l, const config_t *cfg);
void load_kinds(struct loader *l, const config_t *cfg);
void load_forms(struct loader *l, const config_t *cfg);
void load_messages(struct loader *l, const config_t *cfg);
void load_lines(struct loader *l, const config_setting_t *list);
void load_balances(struct loader *l, const config_setting_t *list);
void load_default_balances(struct config *c);
/* The named officers of restricted kinds; after load_kinds. */
void load_restricted(struct loader *l, const config_setting_t *group);
/* Restricted kinds without officers, officers that are not on the roster: warnings. */
void load_check_officers(struct loader *l);
/* The shifts, their villages and members (after both are read), and how attendance is taken (NULL:
 * the defaults). */
void load_shifts(struct loader *l, const config_setting_t *list);
void load_check_shifts(struct loader *l, const config_setting_t *list);
void load_attendance(struct loader *l, const config_setting_t *group);
/* The digests and the budget (NULL: the defaults); after the roster, whether their people are on it. */
void load_digests(struct loader *l, const config_setting_t *list);
void load_budget(struct loader *l, const config_setting_t *group);
void load_check_digests(struct loader *l);
/* keep.c: the groups `tips` and `retention` (NULL: the defaults). */
void load_tips(struct loader *l, const config_setting_t *group);
void load_retention(struct loader *l, const config_setting_t *group);
/* children.c: the group `children` (NULL: the defaults). */
void load_children(struct loader *l, const config_setting_t *group);
/* http.c: the group `http` (NULL: the defaults). */
void load_http(struct loader *l, const config_setting_t *group);
/* journal.c: the group `journal` (NULL: the defaults); after the values of the file. */
void load_journal(struct loader *l, const config_setting_t *group);
/* rota.c: the group `duty`, after load_kinds and load_places; and its people against the roster. */
void load_duty(struct loader *l, const config_setting_t *group);
void load_check_duty(struct loader *l);
/* What is due when; after the kinds and forms. Without a list the shipped one stands, and nobody is reminded. */
void load_calendar(struct loader *l, const config_setting_t *list);
void load_default_calendar(struct loader *l);
void load_presence(struct loader *l, const config_setting_t *group); /* NULL: the defaults */
/* Webhooks, mail, the spare line and their secrets; the end of these. */
void load_courier(struct loader *l, const config_t *cfg);
void load_backup(struct loader *l, const config_setting_t *group); /* NULL: the defaults */
void courier_config_wipe(struct courier_config *c);
/* The values of tinbao.cfg itself (not restricted). */
void load_main(struct loader *l, const config_t *cfg);

#endif
