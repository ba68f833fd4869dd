// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding things in a loaded config, and printing what can be set. Pure. */
#include "config/config.h"

#include "config/load.h"
#include "gateway/base/err.h"

#include <string.h>

const struct place *config_place(const struct config *c, const char *code)
{
    if (!code)
        return NULL;
    if (!c->places_by_code) {
        for (size_t i = 0; i < c->n_places; i++)
            if (!strcmp(c->places[i].code, code))
                return &c->places[i];
        return NULL;
    }
    size_t low = 0, high = c->n_places;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int cmp = strcmp(code, c->places_by_code[mid]->code);
        if (cmp == 0)
            return c->places_by_code[mid];
        if (cmp < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct kind *config_kind(const struct config *c, const char *code)
{
    for (size_t i = 0; code && i < c->n_kinds; i++)
        if (!strcmp(c->kinds[i].code, code))
            return &c->kinds[i];
    return NULL;
}

const struct form_def *config_form(const struct config *c, const char *name)
{
    for (size_t i = 0; name && i < c->n_forms; i++)
        if (!strcmp(c->forms[i].name, name))
            return &c->forms[i];
    return NULL;
}

static const char *type_word(enum key_type t)
{
    switch (t) {
    case KEY_INT:
        return "number";
    case KEY_INTS:
        return "numbers";
    case KEY_BOOL:
        return "switch";
    case KEY_STR:
    case KEY_TEXT:
    case KEY_ENUM:
        return "text";
    case KEY_PHONE:
        return "phone";
    case KEY_PATH:
        return "path";
    case KEY_STRINGS:
        return "texts";
    case KEY_PHONES:
        return "phones";
    case KEY_OTHER:
        break;
    }
    return "list";
}

static void print_table(FILE *to, const char *title, struct key_table t)
{
    fprintf(to, "%s\n", title);
    for (size_t i = 0; i < t.n; i++) {
        char range[200];
        key_range(&t.keys[i], range, sizeof(range));
        fprintf(to, "  %-28s %-8s %s%s%s%s\n", t.keys[i].name, type_word(t.keys[i].type), t.keys[i].what,
                range[0] ? " (" : "", range, range[0] ? ")" : "");
    }
}

void config_print_keys(FILE *to)
{
    print_table(to, "tinbao.cfg:", keys_of_config());
    print_table(to, "lines = ( { ... } ):", keys_of_line());
    print_table(to, "balance = ( { ... } ):", keys_of_balance());
    print_table(to, "shifts = ( { ... } ):", keys_of_shift());
    print_table(to, "attendance : { ... }:", keys_of_attendance());
    print_table(to, "children : { ... }:", keys_of_children());
    print_table(to, "http : { ... }:", keys_of_http());
    print_table(to, "tips : { ... }:", keys_of_tips());
    print_table(to, "retention : { ... }:", keys_of_retention());
    print_table(to, "backup : { ... }:", keys_of_backup());
    print_table(to, "digests = ( { ... } ):", keys_of_digest());
    print_table(to, "budget : { ... }:", keys_of_budget());
    print_table(to, "duty : { ... }:", keys_of_duty());
    print_table(to, "duty, shifts = ( { ... } ):", keys_of_rota_shift());
    print_table(to, "duty, holidays = ( { ... } ):", keys_of_rota_holiday());
    print_table(to, "duty, replacements = ( { ... } ):", keys_of_rota_replacement());
    print_table(to, "duty, campaigns = ( { ... } ):", keys_of_rota_campaign());
    print_table(to, "duty, calls = ( { ... } ):", keys_of_rota_call());
    print_table(to, "calendar = ( { ... } ):", keys_of_calendar());
    print_table(to, "presence : { ... }:", keys_of_presence());
    print_table(to, "webhooks = ( { ... } ):", keys_of_webhook());
    print_table(to, "mail : { ... }:", keys_of_mail());
    print_table(to, "spare : { ... }:", keys_of_spare());
    print_table(to, "courier : { ... }:", keys_of_courier());
    print_table(to, "places.cfg, places = ( { ... } ):", keys_of_place());
    print_table(to, "kinds.cfg, kinds = ( { ... } ):", keys_of_kind());
    print_table(to, "forms.cfg, forms = ( { ... } ):", keys_of_form());
}
