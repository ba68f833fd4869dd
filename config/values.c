// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One value by its row of the table of keys. Called by keys_read() for each setting of a
 * group. What can go wrong (type, range, length, choice, phone) is said with the range,
 * the unit and the default, and the value keeps its default.
 */
#include "config/values.h"

#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

static void *at(void *base, size_t offset)
{
    return (char *)base + offset;
}

void key_range(const struct key *k, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (k->type == KEY_INT || k->type == KEY_INTS)
        sbuf_addf(&b, "%ld..%ld%s%s", k->min, k->max, k->unit ? " " : "", k->unit ? k->unit : "");
    else if (k->type == KEY_BOOL)
        sbuf_add(&b, "true or false");
    for (size_t i = 0; k->choices && k->choices[i]; i++)
        sbuf_addf(&b, "%s%s", i ? ", " : "one of ", k->choices[i]);
    if (k->def && k->type != KEY_STRINGS && k->type != KEY_PHONES)
        sbuf_addf(&b, "%sdefault %s", b.len ? ", " : "", k->def[0] ? k->def : "\"\"");
}

static void wrong_type(struct loader *l, const struct key *k, const config_setting_t *s, const char *must)
{
    char range[200];
    key_range(k, range, sizeof(range));
    load_bad(l, false, s, "%s must be %s%s%s%s", k->name, must, range[0] ? " (" : "", range, range[0] ? ")" : "");
}

static bool number_ok(struct loader *l, const struct key *k, const config_setting_t *s, int *out)
{
    long long v;
    if (config_setting_type(s) == CONFIG_TYPE_INT) {
        v = config_setting_get_int(s);
    } else if (config_setting_type(s) == CONFIG_TYPE_INT64) {
        v = config_setting_get_int64(s);
    } else {
        wrong_type(l, k, s, k->type == KEY_INTS ? "whole numbers" : "a whole number, without quotes");
        return false;
    }
    if (v < k->min || v > k->max) {
        char range[200];
        key_range(k, range, sizeof(range));
        load_bad(l, false, s, "%s = %lld is out of range: %s", k->name, v, range);
        return false;
    }
    *out = (int)v;
    return true;
}

static void read_ints(struct loader *l, const struct key *k, const config_setting_t *s, void *base)
{
    char must[64];
    snprintf(must, sizeof(must), "%zu numbers in [ ]", k->size);
    if (!config_setting_is_aggregate(s) || config_setting_is_group(s) || (size_t)config_setting_length(s) != k->size) {
        wrong_type(l, k, s, must);
        return;
    }
    int *v = at(base, k->offset);
    for (size_t i = 0; i < k->size; i++)
        number_ok(l, k, config_setting_get_elem(s, (unsigned)i), &v[i]);
}

static bool has_control(const char *v)
{
    for (; *v; v++)
        if ((unsigned char)*v < 0x20 || *v == 0x7F)
            return true;
    return false;
}

/* The text of a setting when it is one, not too short or long, and passes the row's check. */
static const char *text_ok(struct loader *l, const struct key *k, const config_setting_t *s, size_t most)
{
    if (config_setting_type(s) != CONFIG_TYPE_STRING) {
        wrong_type(l, k, s, "a text in quotes");
        return NULL;
    }
    const char *v = config_setting_get_string(s);
    const char *why = has_control(v) ? "a control character in it: delete it" : NULL;
    if (!why && strlen(v) > most) {
        load_bad(l, false, s, "%s is too long: at most %zu octets", k->name, most);
        return NULL;
    }
    if (!why && k->type != KEY_STRINGS && strlen(v) < (size_t)k->min)
        why = "it is empty: write it";
    if (!why && k->wrong)
        why = k->wrong(v);
    if (why)
        load_bad(l, false, s, "%s = \"%.60s\": %s", k->name, v, why);
    return why ? NULL : v;
}

static size_t choice_of(const struct key *k, const char *v)
{
    size_t i = 0;
    while (k->choices[i] && strcmp(k->choices[i], v) != 0)
        i++;
    return i;
}

static bool choice_ok(struct loader *l, const struct key *k, const config_setting_t *s, const char *v)
{
    size_t n = 0;
    if (k->choices[choice_of(k, v)])
        return true;
    while (k->choices[n])
        n++;
    const char *near = str_nearest(v, k->choices, n);
    char range[200];
    key_range(k, range, sizeof(range));
    load_bad(l, false, s, "%s = \"%.60s\": %s%s%s%s", k->name, v, near ? "did you mean \"" : "", near ? near : "",
             near ? "\"? " : "", range);
    return false;
}

static void read_text(struct loader *l, const struct key *k, const config_setting_t *s, void *base)
{
    size_t most = k->type == KEY_TEXT ? (size_t)k->max : k->size ? k->size - 1 : 63;
    const char *v = text_ok(l, k, s, most);
    if (!v || (k->choices && !choice_ok(l, k, s, v)))
        return;
    if (k->type == KEY_TEXT) {
        const char **to = at(base, k->offset);
        *to = arena_str(l->arena, v);
        if (!*to)
            load_no_memory(l);
    } else if (k->type == KEY_ENUM) {
        *(int *)at(base, k->offset) = (int)choice_of(k, v);
    } else {
        (void)str_copy(at(base, k->offset), k->size, v);
    }
}

static bool phone_ok(struct loader *l, const struct key *k, const config_setting_t *s, char *out, size_t size)
{
    if (config_setting_type(s) != CONFIG_TYPE_STRING) {
        wrong_type(l, k, s, "a phone number in quotes");
        return false;
    }
    if (phone_normalize(config_setting_get_string(s), out, size) == 0)
        return true;
    load_bad(l, false, s, "%s: \"%.40s\" is no phone number: write it like \"+84912345678\"", k->name,
             config_setting_get_string(s));
    return false;
}

static void read_phone(struct loader *l, const struct key *k, const config_setting_t *s, void *base)
{
    char number[20];
    if (config_setting_type(s) == CONFIG_TYPE_STRING && !config_setting_get_string(s)[0])
        *(char *)at(base, k->offset) = '\0';
    else if (phone_ok(l, k, s, number, sizeof(number)))
        (void)str_copy(at(base, k->offset), k->size, number);
}

static void read_path(struct loader *l, const struct key *k, const config_setting_t *s, void *base)
{
    const char *v = text_ok(l, k, s, k->size - 1);
    if (!v)
        return;
    if (!*v)
        load_bad(l, false, s, "%s is empty: name the file, or delete the line for the default", k->name);
    else if (load_resolve(l->file, v, at(base, k->offset), k->size) < 0)
        load_bad(l, false, s, "%s: the path is too long: at most %zu octets", k->name, k->size - 1);
}

const char *const *values_strings(struct loader *l, const struct key *k, const config_setting_t *s, size_t *n)
{
    *n = 0;
    if (!config_setting_is_array(s) && !config_setting_is_list(s)) {
        wrong_type(l, k, s, "a list of texts: [ \"...\", \"...\" ]");
        return NULL;
    }
    size_t count = (size_t)config_setting_length(s);
    if (count > (size_t)k->max || count < (size_t)k->min) {
        load_bad(l, false, s, "%s has %zu entries: %ld to %ld it may have", k->name, count, k->min, k->max);
        return NULL;
    }
    const char **list = arena_array(l->arena, count + 1, sizeof(list[0]));
    for (size_t i = 0; list && i < count; i++) {
        const config_setting_t *e = config_setting_get_elem(s, (unsigned)i);
        char number[20];
        const char *v = number;
        if (k->type == KEY_PHONES ? !phone_ok(l, k, e, number, sizeof(number))
                                  : !(v = text_ok(l, k, e, k->size ? k->size : 80)))
            continue;
        if (!*v)
            load_bad(l, false, e, "%s: an empty text in the list: delete it", k->name);
        else if ((list[*n] = arena_str(l->arena, v)))
            ++*n;
        else
            load_no_memory(l);
    }
    if (!list)
        load_no_memory(l);
    return list;
}

void values_read(struct loader *l, const struct key *k, const config_setting_t *s, void *base)
{
    size_t n;
    switch (k->type) {
    case KEY_INT:
        number_ok(l, k, s, at(base, k->offset));
        break;
    case KEY_INTS:
        read_ints(l, k, s, base);
        break;
    case KEY_BOOL:
        if (config_setting_type(s) == CONFIG_TYPE_BOOL)
            *(bool *)at(base, k->offset) = config_setting_get_bool(s) != 0;
        else
            wrong_type(l, k, s, "a switch, without quotes");
        break;
    case KEY_STR:
    case KEY_TEXT:
    case KEY_ENUM:
        read_text(l, k, s, base);
        break;
    case KEY_PHONE:
        read_phone(l, k, s, base);
        break;
    case KEY_PATH:
        read_path(l, k, s, base);
        break;
    case KEY_STRINGS:
    case KEY_PHONES: {
        const char *const *list = values_strings(l, k, s, &n);
        *(const char *const **)at(base, k->offset) = list;
        *(size_t *)at(base, k->count_at) = n;
        break;
    }
    case KEY_OTHER:
        break; /* read by its own function */
    }
}

/* KEY_PATH: the default is a shipped file unless it is absolute. */
static void default_path(const struct key *k, char *out)
{
    char from[512];
    struct sbuf b = sbuf_on(from, sizeof(from));
    sbuf_addf(&b, "%s/x", load_share());
    if (sbuf_done(&b) < 0 || load_resolve(from, k->def, out, k->size) < 0)
        out[0] = '\0';
}

void values_default(const struct key *k, void *base)
{
    if (!k->def)
        return;
    char *end = NULL;
    const char *next = k->def;
    switch (k->type) {
    case KEY_INT:
        *(int *)at(base, k->offset) = (int)strtol(k->def, NULL, 10);
        break;
    case KEY_INTS:
        for (size_t i = 0; i < k->size; i++, next = end)
            ((int *)at(base, k->offset))[i] = (int)strtol(next, &end, 10);
        break;
    case KEY_BOOL:
        *(bool *)at(base, k->offset) = !strcmp(k->def, "true");
        break;
    case KEY_STR:
    case KEY_PHONE:
        (void)str_copy(at(base, k->offset), k->size, k->def);
        break;
    case KEY_PATH:
        default_path(k, at(base, k->offset));
        break;
    case KEY_TEXT:
        *(const char **)at(base, k->offset) = k->def;
        break;
    case KEY_ENUM:
        *(int *)at(base, k->offset) = (int)choice_of(k, k->def);
        break;
    case KEY_STRINGS:
    case KEY_PHONES:
        *(const char *const **)at(base, k->offset) = NULL;
        *(size_t *)at(base, k->count_at) = 0;
        break;
    case KEY_OTHER:
        break;
    }
}
