// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a labelled set of messages that nobody tuned the parsers on: other places and words
 * for each SET, other draws for each SEED, in the noise classes people really produce.
 *   make_labelled DIR SET SEED COUNT
 * writes DIR/places.cfg, roster.csv, tinbao.cfg and messages.tsv for score_samples; the sender
 * is +84912000001. Used by tests/bench/score_made. The same arguments make the same files.
 * Exit status: 0, or 2 when it can not.
 */
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "parsers/code.h"
#include "parsers/fold.h"
#include "tests/bench/made_typing.h"
#include "tests/bench/made_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define TEXT_SIZE 1200

struct making {
    uint64_t seed;
    const struct made_place *places;
    size_t n_places;
    FILE *out;
    char classes[128];
    enum typing typing;
    bool slip, swap, punct, bracket, glued, abbr;
};

static uint32_t draw(struct making *k, uint32_t n)
{
    k->seed = k->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(k->seed >> 33) % n;
}

static bool one_in(struct making *k, uint32_t n)
{
    return draw(k, n) == 0;
}

static void noise(struct making *k, const char *name)
{
    size_t n = strlen(k->classes);
    snprintf(k->classes + n, sizeof k->classes - n, "%s%s", n ? "+" : "", name);
}

/* ---- how a phrase is typed ---- */

static size_t word_len(const char *s)
{
    return strcspn(s, " ,.");
}

static const char *shortened(const char *s, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(made_short); i++)
        if (strlen(made_short[i][0]) == n && !memcmp(s, made_short[i][0], n))
            return made_short[i][1];
    return NULL;
}

/* A phrase in the way of the message; in TELEX and VNI a few words keep their keys. */
static void type_phrase(struct making *k, const char *s, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    while (*s) {
        size_t n = word_len(s);
        char word[64] = "";
        enum typing how = k->typing;
        if (n == 0) {
            sbuf_addc(&b, *s++);
            continue;
        }
        if (how == TELEX || how == VNI) {
            bool keys = one_in(k, 4);
            how = keys ? how : BARE;
        }
        const char *cut = k->abbr ? shortened(s, n) : NULL;
        if (!cut)
            type_word(s, n, how, word, sizeof word);
        sbuf_add(&b, cut ? cut : word);
        s += n;
    }
    sbuf_done(&b);
}

/* ---- slips of the thumb ---- */

static char neighbour(struct making *k, char c)
{
    static const char *const rows[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        const char *p = strchr(rows[r], c);
        if (p)
            return p > rows[r] && (!p[1] || one_in(k, 2)) ? p[-1] : p[1];
    }
    return c;
}

/* One edit inside a word of three letters or more, first letter spared half of the time. */
static void slip(struct making *k, char *text)
{
    char *starts[60];
    size_t lens[60], n = 0;
    for (char *p = text; *p && n < 60;) {
        size_t len = 0;
        while (isalpha((unsigned char)p[len]) && (unsigned char)p[len] < 0x80)
            len++;
        bool edge = (p == text || p[-1] == ' ') && (p[len] == ' ' || !p[len]);
        if (len >= 3 && edge) {
            starts[n] = p;
            lens[n++] = len;
        }
        p += len ? len : 1;
    }
    if (!n)
        return;
    size_t i = draw(k, (uint32_t)n), at = 1 + draw(k, (uint32_t)lens[i] - 1);
    char *p = starts[i] + at;
    switch (draw(k, 4)) {
    case 0: /* swapped with the one before */
        if (p[-1] != p[0]) {
            char c = p[-1];
            p[-1] = p[0];
            p[0] = c;
        }
        break;
    case 1: /* doubled */
        memmove(p + 1, p, strlen(p) + 1);
        break;
    case 2: /* left out */
        memmove(p, p + 1, strlen(p));
        break;
    default: {
        char c = neighbour(k, (char)tolower((unsigned char)*p));
        *p = isupper((unsigned char)*p) ? (char)toupper((unsigned char)c) : c;
    }
    }
}

/* ---- places ---- */

static bool numbered(const struct made_place *p, char num[8])
{
    size_t n = strlen(p->name), d = n;
    while (d && isdigit((unsigned char)p->name[d - 1]))
        d--;
    if (d == n)
        return false;
    snprintf(num, 8, "%s", p->name + d);
    return true;
}

static void write_place(struct making *k, const struct made_place *p, char *out, size_t size)
{
    static const char *const tdp[] = {"TDP %s", "tdp %s", "TDP số %s", "tổ dân phố %s", "tdp.%s", "TDP%s"};
    char num[8], plain[96];
    if (numbered(p, num) && !strncmp(p->name, "TDP", 3)) {
        switch (draw(k, 7)) {
        case 0:
            snprintf(plain, sizeof plain, "tdp số %s", num);
            break;
        case 6:
            snprintf(plain, sizeof plain, "%s", p->code);
            break;
        default: {
            const char *how = tdp[draw(k, ARRAY_LEN(tdp))];
            const char *mark = strstr(how, "%s");
            snprintf(plain, sizeof plain, "%.*s%s", (int)(mark - how), how, num);
        }
        }
    } else if (numbered(p, num)) {
        snprintf(plain, sizeof plain, "%s", p->name);
    } else {
        bool has_type = !strncmp(p->name, "Bản ", 5) || !strncmp(p->name, "Buôn ", 6) ||
                        !strncmp(p->name, "Thôn ", 6) || !strncmp(p->name, "Khóm ", 6);
        static const char *const words[][2] = {{"thon", "thôn"}, {"lang", "làng"}, {"buon", "buôn"}, {"ap", "ấp"},
                                               {"ban", "bản"},   {"soc", "sóc"},   {"khom", "khóm"}};
        const char *word = "thôn";
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (!strcmp(words[i][0], p->type))
                word = words[i][1];
        if (draw(k, 10) == 0)
            snprintf(plain, sizeof plain, "%s", p->code);
        else if (p->alias && one_in(k, 10))
            snprintf(plain, sizeof plain, "%s", p->alias);
        else if (!has_type && one_in(k, 4))
            snprintf(plain, sizeof plain, "%s %s", word, p->name);
        else
            snprintf(plain, sizeof plain, "%s", p->name);
    }
    type_phrase(k, plain, out, size);
}

/* ---- a message of pieces ---- */

#define PIECES 6
#define PIECE_SIZE 400

struct pieces {
    char text[PIECES][PIECE_SIZE];
    size_t n;
    size_t slip_from; /* the keyword, codes and numbers are spared */
};

static void add_piece(struct pieces *p, const char *text)
{
    if (*text && p->n < PIECES)
        p->n += str_copy(p->text[p->n], PIECE_SIZE, text) == 0;
}

static void choose_noise(struct making *k)
{
    k->classes[0] = '\0';
    static const struct {
        enum typing t;
        const char *name;
    } ways[] = {{BARE, "bare"}, {BARE, "bare"},         {BARE, "bare"},   {FULL, "full"},
                {FULL, "full"}, {NO_TONES, "no-tones"}, {TELEX, "telex"}, {VNI, "vni"}};
    size_t i = draw(k, ARRAY_LEN(ways));
    k->typing = ways[i].t;
    noise(k, ways[i].name);
    k->slip = one_in(k, 14);
    k->swap = one_in(k, 14);
    k->punct = one_in(k, 8);
    k->bracket = !k->punct && one_in(k, 40);
    k->glued = !k->punct && !k->bracket && one_in(k, 30);
    k->abbr = one_in(k, 6);
    if (k->slip)
        noise(k, "slip");
    if (k->punct)
        noise(k, "punct");
    if (k->abbr)
        noise(k, "abbr");
}

static void change_case(struct making *k, char *text, char *out, size_t size)
{
    uint32_t way = draw(k, 10);
    snprintf(out, size, "%s", text);
    if (way > 4)
        return;
    bool up = way == 0;
    noise(k, up ? "upper" : "lower");
    struct sbuf b = sbuf_on(out, size);
    for (size_t i = 0, n = strlen(text); i < n;) {
        size_t used = 0;
        int32_t cp = (int32_t)utf8_next(text + i, n - i, &used);
        utf8proc_uint8_t c[8];
        cp = up ? utf8proc_toupper(cp) : utf8proc_tolower(cp);
        sbuf_addn(&b, (char *)c, (size_t)utf8proc_encode_char(cp, c));
        i += used;
    }
    sbuf_done(&b);
}

static void add_edges(struct making *k, const char *text, char *out, size_t size)
{
    static const char *const front[] = {"", " ", "\n", "\"", ". "}, *const back[] = {"", " ", "..", "\n", "\"", " ."};
    if (!one_in(k, 20)) {
        snprintf(out, size, "%s", text);
        return;
    }
    noise(k, "edge");
    snprintf(out, size, "%s%s%s", front[draw(k, ARRAY_LEN(front))], text, back[draw(k, ARRAY_LEN(back))]);
}

static void decompose(struct making *k, char *text, size_t size)
{
    utf8proc_uint8_t *nfd = one_in(k, 15) ? utf8proc_NFD((const utf8proc_uint8_t *)text) : NULL;
    if (nfd) {
        noise(k, "nfd");
        snprintf(text, size, "%s", (char *)nfd);
    }
    free(nfd);
}

static void join(struct making *k, const char *key, struct pieces *p, char *out, size_t size)
{
    static const char *const seps[] = {", ", "; ", ": ", "/", ".", " # ", " - ", "\n", "   ", ","};
    const char *sep = k->punct ? seps[draw(k, ARRAY_LEN(seps))] : " ";
    struct sbuf b = sbuf_on(out, size);
    sbuf_add(&b, key);
    if (k->bracket)
        noise(k, "bracket");
    for (size_t i = 0; i < p->n; i++) {
        if (k->bracket)
            sbuf_addf(&b, "%s(%s)", i ? "" : " ", p->text[i]);
        else
            sbuf_addf(&b, "%s%s", k->glued && i == 0 ? "" : sep, p->text[i]);
    }
    sbuf_done(&b);
}

static void finish(struct making *k, const char *key, struct pieces *p, const char *form, const char *place,
                   const char *kind, const char *code)
{
    char a[TEXT_SIZE], b[TEXT_SIZE];
    if (k->slip && p->n > p->slip_from) {
        size_t i = p->slip_from + draw(k, (uint32_t)(p->n - p->slip_from));
        slip(k, p->text[i]);
    }
    join(k, key, p, a, sizeof a);
    change_case(k, a, b, sizeof b);
    decompose(k, b, sizeof b);
    add_edges(k, b, a, sizeof a);
    fprintf(k->out, "%s\t%s\t%s\t%s\t%s\t-\t", k->classes, form, place, kind, code);
    for (const char *c = a; *c; c++)
        fputs(*c == '\n' ? "\\n" : (char[]){*c, '\0'}, k->out);
    fputc('\n', k->out);
}

static const char *some_tale(struct making *k, const struct made_kind *kind)
{
    size_t n = 0;
    while (n < ARRAY_LEN(kind->tales) && kind->tales[n])
        n++;
    return kind->tales[draw(k, (uint32_t)n)];
}

static void make_incident(struct making *k)
{
    static const char *const keys[] = {"BC", "BC", "BC", "BAO", "BAO", "BAOCAO"};
    const struct made_place *p = &k->places[draw(k, (uint32_t)k->n_places)];
    const struct made_kind *kind = &made_kinds[draw(k, ARRAY_LEN(made_kinds))];
    size_t words = 0;
    while (words < ARRAY_LEN(kind->words) && kind->words[words])
        words++;
    char place[200], word[200], tale[200], when[64] = "", rest[400];
    choose_noise(k);
    write_place(k, p, place, sizeof place);
    if (one_in(k, 7))
        snprintf(word, sizeof word, "%s", kind->code);
    else
        type_phrase(k, kind->words[draw(k, (uint32_t)words)], word, sizeof word);
    type_phrase(k, some_tale(k, kind), tale, sizeof tale);
    if (one_in(k, 3))
        type_phrase(k, made_times[draw(k, ARRAY_LEN(made_times))], when, sizeof when);
    bool before = one_in(k, 2);
    snprintf(rest, sizeof rest, "%s%s%s", before ? when : tale, *tale && *when ? " " : "", before ? tale : when);
    struct pieces ps = {0};
    if (k->swap)
        noise(k, "swap");
    if (k->glued && !k->swap)
        noise(k, "glued");
    else
        k->glued = false;
    add_piece(&ps, k->swap ? word : place);
    add_piece(&ps, k->swap ? place : word);
    add_piece(&ps, rest);
    finish(k, keys[draw(k, ARRAY_LEN(keys))], &ps, "incident", p->code, kind->code, "-");
}

static void random_code(struct making *k, char code[16], bool bad)
{
    code_make(draw(k, 10000), 4, code, 16);
    if (bad)
        code[4] = (char)('0' + (code[4] - '0' + 1 + (int)draw(k, 9)) % 10);
}

static void make_coded(struct making *k)
{
    static const struct {
        const char *key, *form, *rest;
    } forms[] = {{"CM", "onscene", ""},
                 {"COMAT", "onscene", ""},
                 {"NHAN", "ack", ""},
                 {"TIEPNHAN", "ack", ""},
                 {"XONG", "close", "đã hòa giải"},
                 {"XONG", "close", "bàn giao công an xã"},
                 {"THEM", "supplement", "có thêm 3 người"},
                 {"BOSUNG", "supplement", "xe màu đỏ, không biển"},
                 {"HUY", "cancel", "báo nhầm"},
                 {"HUY", "cancel", "không có gì"},
                 {"XEM", "lookup", ""},
                 {"TRACUU", "lookup", ""},
                 {"SUA", "correct", "LOAI trộm"},
                 {"SUA", "correct", "GIO 20h"},
                 {"SUA", "correct", "LOAI đánh nhau"},
                 {"DIEU", "call_out", ""},
                 {"TACH", "split", ""},
                 {"MOLAI", "reopen", ""},
                 {"TRALOI", "relay", "cảm ơn, đang xuống"}};
    size_t i = draw(k, ARRAY_LEN(forms));
    char code[16], rest[200];
    choose_noise(k);
    k->glued = k->bracket = false;
    random_code(k, code, false);
    type_phrase(k, forms[i].rest, rest, sizeof rest);
    struct pieces ps = {.slip_from = 1};
    add_piece(&ps, code);
    bool value = !strcmp(forms[i].form, "correct");
    if (value)
        k->slip = false;
    add_piece(&ps, rest);
    finish(k, forms[i].key, &ps, forms[i].form, "-", "-", code);
}

static void make_placed(struct making *k)
{
    static const struct {
        const char *key, *form, *rest;
    } forms[] = {{"TIN", "tip", "có người lạ ở trọ"},
                 {"TINBAO", "tip", "bán rượu lậu"},
                 {"HOP", "meeting", "20 2"},
                 {"GIAOBAN", "meeting", "28 0"},
                 {"LOA", "loudspeaker", "10 an toàn giao thông"},
                 {"TOT", "good_deed", "nhặt được ví trả lại"},
                 {"VIECTOT", "good_deed", "cứu bé ngã ao"},
                 {"HG", "mediation", "THANH lối đi chung"},
                 {"HOAGIAI", "mediation", "KHONG ranh đất"}};
    size_t i = draw(k, ARRAY_LEN(forms));
    const struct made_place *p = &k->places[draw(k, (uint32_t)k->n_places)];
    char place[200], rest[200];
    choose_noise(k);
    k->glued = k->bracket = k->punct = false;
    write_place(k, p, place, sizeof place);
    type_phrase(k, forms[i].rest, rest, sizeof rest);
    struct pieces ps = {0};
    add_piece(&ps, place);
    add_piece(&ps, rest);
    finish(k, forms[i].key, &ps, forms[i].form, p->code, "-", "-");
}

static void make_alone(struct making *k)
{
    static const char *const forms[][2] = {{"VAO", "checkin"},      {"DD VAO", "checkin"},
                                           {"RA", "checkout"},      {"DD RA", "checkout"},
                                           {"HD", "help"},          {"HELP", "help"},
                                           {"SOS", "sos"},          {"CUU", "sos"},
                                           {"KHAN", "sos"},         {"TUAN BD 3", "patrol_start"},
                                           {"TT KT", "patrol_end"}, {"TUANTRA BD", "patrol_start"},
                                           {"ANTOAN", "safe"},      {"*1#", "code"},
                                           {"*1*3#", "code"},       {"NGUNG", "stop"},
                                           {"DULIEU", "my_data"},   {"DK 7315", "register"}};
    size_t i = draw(k, ARRAY_LEN(forms));
    struct pieces ps = {0};
    k->classes[0] = '\0';
    k->slip = k->glued = k->bracket = k->punct = false;
    noise(k, "bare");
    finish(k, forms[i][0], &ps, forms[i][1], "-", "-", "-");
}

static void make_bad_code(struct making *k)
{
    static const char *const keys[] = {"CM", "NHAN", "THEM", "XEM", "XONG", "HUY"};
    char code[16];
    random_code(k, code, true);
    fprintf(k->out, "bad-code\t-\t-\t-\t-\task\t%s %s\n", keys[draw(k, ARRAY_LEN(keys))], code);
}

static void make_one(struct making *k)
{
    uint32_t d = draw(k, 100);
    if (d < 72)
        make_incident(k);
    else if (d < 80)
        make_coded(k);
    else if (d < 88)
        make_placed(k);
    else if (d < 92)
        make_alone(k);
    else if (d < 95)
        make_bad_code(k);
    else
        fprintf(k->out, "negative\tnone\t-\t-\t-\t-\t%s\n", made_chatter[draw(k, ARRAY_LEN(made_chatter))]);
}

static FILE *open_in(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f)
        perror(path);
    return f;
}

static int write_config(const struct making *k, const char *dir)
{
    FILE *f = open_in(dir, "places.cfg"), *r = open_in(dir, "roster.csv"), *t = open_in(dir, "tinbao.cfg");
    int rc = f && r && t ? 0 : -EIO;
    if (rc == 0) {
        fputs("places = (\n", f);
        for (size_t i = 0; i < k->n_places; i++)
            fprintf(f, "  { code = \"%s\"; name = \"%s\"; type = \"%s\"; aliases = [ %s%s%s ]; }%s\n",
                    k->places[i].code, k->places[i].name, k->places[i].type, k->places[i].alias ? "\"" : "",
                    k->places[i].alias ? k->places[i].alias : "", k->places[i].alias ? "\"" : "",
                    i + 1 < k->n_places ? "," : "");
        fputs(");\n", f);
        fprintf(r, "name,phone,role,places,pin\nNguoi Mot,+84912000001,member,%s,\n", k->places[k->n_places / 2].code);
        fputs("places = \"places.cfg\";\nroster = \"roster.csv\";\n", t);
    }
    for (FILE **p = (FILE *[]){f, r, t, NULL}; *p; p++)
        fclose(*p);
    return rc;
}

int main(int argc, char **argv)
{
    size_t set = argc == 5 ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
    if (set >= ARRAY_LEN(place_sets)) {
        fprintf(stderr, "usage: make_labelled DIR SET SEED COUNT   (SET 0 to %zu)\n", ARRAY_LEN(place_sets) - 1);
        return 2;
    }
    struct making k = {.seed = strtoull(argv[3], NULL, 10) * 7919 + 17, .places = place_sets[set]};
    while (k.n_places < SET_PLACES_MAX && k.places[k.n_places].code)
        k.n_places++;
    if (write_config(&k, argv[1]) != 0 || !(k.out = open_in(argv[1], "messages.tsv")))
        return 2;
    fputs("# noise\tform\tplace\tkind\tcode\task\tmessage\n", k.out);
    for (unsigned long i = 0, n = strtoul(argv[4], NULL, 10); i < n; i++)
        make_one(&k);
    return fclose(k.out) == 0 ? 0 : 2;
}
