// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shape of Vietnamese syllables: an initial consonant and a rhyme, and their marks.
 * Called by the place and kind slots to judge a near miss. Pure, never fails.
 */
#include "parsers/syllable.h"

#include "gateway/base/err.h"
#include "gateway/base/utf.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

static const char *const initials[] = {"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c",
                                       "d",   "g",  "h",  "k",  "l",  "m",  "n",  "p",  "r",  "s",  "t",  "v", "x"};
/* Folded rhymes, between commas, those of one first letter together: most words are asked for
 * several times a message. */
static const char *rhymes_of(char first)
{
    switch (first) {
    case 'a':
        return ",a,ac,ach,ai,am,an,ang,anh,ao,ap,at,au,ay,";
    case 'e':
        return ",e,ec,ech,em,en,eng,enh,eo,ep,et,eu,";
    case 'i':
        return ",i,ia,ich,iec,iem,ien,ieng,iep,iet,ieu,im,in,inh,ip,it,iu,";
    case 'o':
        return ",o,oa,oac,oach,oai,oam,oan,oang,oanh,oao,oap,oat,oay,oc,oe,oem,oen,oeo,oet,oi,om,on,ong,ooc,oong,op,"
               "ot,";
    case 'u':
        return ",u,ua,uac,uan,uang,uat,uay,uan,uc,ue,uech,uenh,ui,um,un,ung,uo,uoc,uoi,uom,uon,uong,uop,uot,uou,up,ut,"
               "uu,uy,uya,uych,uyen,uyet,uynh,uyt,uyu,";
    case 'y':
        return ",y,yem,yen,yet,yeu,";
    default:
        return NULL;
    }
}

static bool is_rhyme(const char *s, size_t n)
{
    char key[10];
    const char *rhymes = n ? rhymes_of(s[0]) : NULL;
    if (!rhymes || n > 6)
        return false;
    key[0] = ',';
    memcpy(key + 1, s, n);
    key[n + 1] = ',';
    key[n + 2] = '\0';
    return strstr(rhymes, key) != NULL;
}

/* c, g, ng stand before a, o, u; k, gh, ngh before e, i, y. */
static bool spelled_so(const char *initial, char vowel)
{
    bool thin = vowel == 'e' || vowel == 'i' || vowel == 'y';
    if (!strcmp(initial, "c") || !strcmp(initial, "g") || !strcmp(initial, "ng"))
        return !thin;
    if (!strcmp(initial, "k") || !strcmp(initial, "gh") || !strcmp(initial, "ngh"))
        return thin;
    return true;
}

bool syllable_valid(const char *s, size_t n)
{
    if (is_rhyme(s, n))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(initials); i++) {
        size_t k = strlen(initials[i]);
        if (n < k || initials[i][0] != s[0] || memcmp(s, initials[i], k) != 0)
            continue;
        if (n > k && !spelled_so(initials[i], s[k]))
            continue;
        if (is_rhyme(s + k, n - k) || (n == k && !strcmp(initials[i], "gi")))
            return true;
    }
    return n > 2 && !memcmp(s, "gi", 2) && is_rhyme(s + 1, n - 1);
}

#define LETTERS_MAX 16

struct marks { /* of one syllable: its tone, and the shape mark of each letter */
    size_t n;
    uint32_t tone;
    uint32_t shape[LETTERS_MAX];
};

static bool is_tone(uint32_t cp)
{
    return cp == 0x300 || cp == 0x301 || cp == 0x303 || cp == 0x309 || cp == 0x323;
}

static void take_code_point(struct marks *m, uint32_t cp)
{
    if (is_tone(cp)) {
        m->tone = cp;
    } else if (cp >= 0x300 && cp <= 0x36F) {
        if (m->n)
            m->shape[m->n - 1] = cp;
    } else if (m->n < LETTERS_MAX) {
        m->shape[m->n++] = cp == 0x111 || cp == 0x110 ? 1 : 0;
    }
}

static struct marks marks_of(const char *s, size_t n)
{
    struct marks m = {0};
    for (size_t i = 0; i < n;) {
        size_t used = 0;
        uint32_t cp = utf8_next(s + i, n - i, &used);
        utf8proc_int32_t parts[8];
        int boundary = 0;
        utf8proc_ssize_t k = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
        for (utf8proc_ssize_t j = 0; j < k && j < 8; j++)
            take_code_point(&m, (uint32_t)parts[j]);
        i += used;
    }
    return m;
}

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

bool marks_agree(const char *typed, size_t n, const char *meant, size_t m)
{
    if (is_ascii(typed, n))
        return true; /* nearly always: no marks were typed */
    struct marks a = marks_of(typed, n), b = marks_of(meant, m);
    if (a.tone && a.tone != b.tone)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (a.shape[i] && (i >= b.n || a.shape[i] != b.shape[i]))
            return false;
    return true;
}

static bool vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

bool looks_keyed(const char *s, size_t n)
{
    if (n < 3 || syllable_valid(s, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == 'w' || (s[i] >= '0' && s[i] <= '9' && i > 0))
            return true;
        if (i > 0 && s[i] == s[i - 1] && strchr("aeod", s[i]))
            return true;
    }
    return strchr("sfrxj", s[n - 1]) != NULL;
}

size_t keys_out(const char *s, size_t n, char *out, size_t size)
{
    size_t len = 0;
    bool seen_vowel = false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        char before = len ? out[len - 1] : '\0';
        if (c >= '0' && c <= '9')
            continue;
        if (seen_vowel && strchr("sfrxjz", c))
            continue;
        if (c == 'w' && (before == 'a' || before == 'o' || before == 'u'))
            continue;
        if (c == 'w')
            c = 'u';
        if (c == before && (c == 'a' || c == 'e' || c == 'o' || c == 'd'))
            continue;
        if (len + 1 > size)
            return 0;
        out[len++] = c;
        seen_vowel = seen_vowel || vowel(c);
    }
    return len;
}
