// SPDX-License-Identifier: GPL-2.0-or-later
/* What may not change the meaning: accents, case, decomposition, separators, junk at the
 * edges. Each clear message is written in all these ways and must be read the same. Random
 * octets must not crash. */
#include "tests/unit/labelled.h"
#include "tests/unit/words.h"

#include "gateway/base/utf.h"
#include "parsers/fold.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <utf8proc.h>

#include <cmocka.h>

static const char *const clear[] = {
    "BC Kim Lan trộm cắp lúc 22h15 mất xe đỏ",
    "BC thôn Phù Đổng đánh nhau 2h sáng ở cổng trường",
    "BAOCAO TDP 1 ma túy thấy kim tiêm",
    "BAO tổ dân phố số 1 đốt pháo ngoài đường",
    "BC Krông Búk cháy nhà khói nhiều lắm",
    "BC Vĩnh Khê bạo hành hàng xóm kêu cứu",
    "BC Quỳnh Cư đuối nước ở ao đình",
    "BAO 9 lấn chiếm họp chợ dưới lòng đường",
    "BC tai nạn giao thông Đa Tốn xe máy với ô tô, 1 người bị thương",
    "TIN Kim Lan có đánh bạc ở quán nước",
    "LOA Kim Lan 15 pccc",
    "HOP Đa Tốn 25 3",
    "HG Kim Lan THÀNH đất đai",
    "THEM 48217 có thêm 2 người",
    "XONG 48217 đã bắt giữ",
};

struct gist {
    const char *form, *place, *kind;
    char code[CODE_SIZE];
    int64_t when_ms;
    enum doubt ask;
};

static struct gist gist_of(const struct meaning *m)
{
    struct gist g = {m->form, m->place, m->kind, "", m->has_when ? m->when_ms : -1, m->ask};
    memcpy(g.code, m->code, sizeof g.code);
    return g;
}

static bool same_gist(const struct gist *a, const struct gist *b)
{
    return a->form == b->form && a->place == b->place && a->kind == b->kind && !strcmp(a->code, b->code) &&
           a->when_ms == b->when_ms && a->ask == b->ask;
}

static void is_same(struct words *w, const char *text, const struct gist *want)
{
    struct gist got = gist_of(say(w, text));
    bool same = same_gist(&got, want);
    if (!same)
        print_error("'%s': %s %s %s %s\n", text, got.form, got.place, got.kind, got.code);
    assert_true(same);
}

typedef void (*change_fn)(const char *in, char *out, size_t size);

static void without_accents(const char *in, char *out, size_t size)
{
    fold_unaccent(in, strlen(in), out, size);
}

/* Tones gone, shapes kept: "lộc" to "lôc". */
static void without_tones(const char *in, char *out, size_t size)
{
    utf8proc_uint8_t *nfd = utf8proc_NFD((const utf8proc_uint8_t *)in);
    char kept[512];
    size_t n = 0;
    for (const char *p = (const char *)nfd; *p;) {
        size_t used = 0;
        uint32_t cp = utf8_next(p, strlen(p), &used);
        bool tone = cp == 0x300 || cp == 0x301 || cp == 0x303 || cp == 0x309 || cp == 0x323;
        for (size_t i = 0; !tone && i < used; i++)
            kept[n++] = p[i];
        p += used;
    }
    free(nfd);
    fold_nfc(kept, n, out, size);
}

static void decomposed(const char *in, char *out, size_t size)
{
    utf8proc_uint8_t *nfd = utf8proc_NFD((const utf8proc_uint8_t *)in);
    snprintf(out, size, "%s", (const char *)nfd);
    free(nfd);
}

static void each_letter(const char *in, char *out, size_t size, utf8proc_int32_t (*change)(utf8proc_int32_t))
{
    size_t n = 0;
    for (const char *p = in; *p && n + 5 < size;) {
        size_t used = 0;
        uint32_t cp = utf8_next(p, strlen(p), &used);
        n += utf8_put((uint32_t)change((utf8proc_int32_t)cp), out + n);
        p += used;
    }
    out[n] = '\0';
}

static void in_capitals(const char *in, char *out, size_t size)
{
    each_letter(in, out, size, utf8proc_toupper);
}

static void in_small_letters(const char *in, char *out, size_t size)
{
    each_letter(in, out, size, utf8proc_tolower);
}

static void wide_spaces(const char *in, char *out, size_t size)
{
    size_t n = 0;
    for (; *in && n + 4 < size; in++) {
        out[n++] = *in;
        if (*in == ' ') {
            out[n++] = ' ';
            out[n++] = ' ';
        }
    }
    out[n] = '\0';
}

static void junk_at_edges(const char *in, char *out, size_t size)
{
    snprintf(out, size, "\n. \"%s\" ..\n", in);
}

static void smart_quotes(const char *in, char *out, size_t size)
{
    snprintf(out, size, "“%s”…", in);
}

static void colon_after_keyword(const char *in, char *out, size_t size)
{
    const char *space = strchr(in, ' ');
    if (space && strcspn(in, ".,;:#/-|(\n") < (size_t)(space - in))
        space = NULL; /* not the one after the keyword */
    int key = space ? (int)(space - in) : 0;
    snprintf(out, size, "%.*s%s%s", key, in, space ? ":" : "", space ? space + 1 : in);
}

/* "BC,Kim,Lan,trom": every space another sign. */
static void dots_for_spaces(const char *in, char *out, size_t size)
{
    snprintf(out, size, "%s", in);
    for (char *p = out; *p; p++)
        if (*p == ' ' && p[1] != ' ' && !isdigit((unsigned char)p[1]) && (p == out || !isdigit((unsigned char)p[-1])))
            *p = '.';
}

static void nothing_of_this_changes_the_meaning(void **state)
{
    static const change_fn changes[] = {without_accents,     without_tones,  decomposed,    in_capitals,
                                        in_small_letters,    wide_spaces,    junk_at_edges, smart_quotes,
                                        colon_after_keyword, dots_for_spaces};
    struct words *w = *state;
    for (size_t i = 0; i < sizeof clear / sizeof clear[0]; i++) {
        struct gist want = gist_of(say(w, clear[i]));
        assert_int_equal(want.ask, DOUBT_NONE);
        assert_string_not_equal(want.form, "none");
        for (size_t a = 0; a < sizeof changes / sizeof changes[0]; a++) {
            char once[1024], twice[2048];
            changes[a](clear[i], once, sizeof once);
            is_same(w, once, &want);
            for (size_t b = 0; b < sizeof changes / sizeof changes[0]; b++) {
                changes[b](once, twice, sizeof twice);
                is_same(w, twice, &want);
            }
        }
    }
}

/* Every clear message of the labelled set, in each of the ways alone. Left out are those whose noise is the writing
 * itself: keys of Telex and VNI are cut by a separator, and a slip read by its accents needs them. */
static void nor_of_any_clear_message_of_the_labelled_set(void **state)
{
    static const struct {
        const char *name;
        change_fn fn;
    } changes[] = {{"without accents", without_accents}, {"without tones", without_tones},
                   {"decomposed", decomposed},           {"capitals", in_capitals},
                   {"small letters", in_small_letters},  {"wide spaces", wide_spaces},
                   {"junk at edges", junk_at_edges},     {"quotes", smart_quotes},
                   {"colon", colon_after_keyword},       {"dots", dots_for_spaces}};
    struct words *w = *state;
    char line[4096];
    unsigned clear_ones = 0, changed = 0;
    FILE *f = fopen("tests/unit/labelled/messages.tsv", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *col[LABEL_COLUMNS], once[1024];
        if (!label_split(line, col) || !strcmp(col[1], "none"))
            continue;
        struct gist want = gist_of(say(w, col[6]));
        if (strstr(col[6], "Hòa An") || strstr(col[6], "Hoa Ấn"))
            continue; /* two villages: only the accents are clear */
        if (want.ask != DOUBT_NONE || strstr(col[0], "telex") || strstr(col[0], "vni") || strstr(col[0], "slip"))
            continue;
        clear_ones++;
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            changes[i].fn(col[6], once, sizeof once);
            struct gist got = gist_of(say(w, once));
            if (same_gist(&got, &want))
                continue;
            changed++;
            print_error("%s: '%s' became %s %s %s %s ask %d\n", changes[i].name, once, got.form, got.place, got.kind,
                        got.code, (int)got.ask);
        }
    }
    fclose(f);
    assert_true(clear_ones > 400);
    assert_int_equal(changed, 0);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void random_octets_are_read_as_something(void **state)
{
    struct words *w = *state;
    uint32_t seed = 20261112;
    for (int round = 0; round < 3000; round++) {
        char raw[300], text[1024];
        size_t n = next_random(&seed) % sizeof raw;
        for (size_t i = 0; i < n; i++)
            raw[i] = (char)next_random(&seed);
        assert_true(utf8_clean(raw, n, text, sizeof text) >= 0);
        assert_non_null(say(w, text)->form);
        assert_true(w->m.text_len < sizeof w->m.text);
    }
}

static void broken_messages_are_read_as_something(void **state)
{
    struct words *w = *state;
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        char raw[1200], text[4096];
        const char *a = clear[next_random(&seed) % (sizeof clear / sizeof clear[0])];
        size_t n = 0, len = strlen(a);
        while (n + len < sizeof raw && n < 1000) { /* one after the other, with octets changed */
            memcpy(raw + n, a, len);
            raw[n + next_random(&seed) % len] = (char)next_random(&seed);
            n += len;
        }
        assert_true(utf8_clean(raw, n, text, sizeof text) >= 0);
        assert_non_null(say(w, text)->form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_this_changes_the_meaning),
        cmocka_unit_test(nor_of_any_clear_message_of_the_labelled_set),
        cmocka_unit_test(random_octets_are_read_as_something),
        cmocka_unit_test(broken_messages_are_read_as_something),
    };
    return cmocka_run_group_tests_name("understand the same", tests, words_load, words_free);
}
