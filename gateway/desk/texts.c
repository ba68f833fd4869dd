// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of texts and their check. See texts.h. */
#include "gateway/desk/texts.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/desk/desk.h"
#include "parsers/template.h"

#include <stdarg.h>
#include <string.h>

#define ADVICE_SEPTETS 48
#define MENU_KEY_SEPTETS 12
#define VALUES_MAX 8

static const struct {
    const char *key;
    const char *placeholders; /* allowed ones, joined by a space */
} texts[TEXT_COUNT] = {
    [TEXT_REPORT_OK] = {"report_ok", "code kind place advice"},
    [TEXT_REPORT_UNVERIFIED] = {"report_unverified", "code kind place advice"},
    [TEXT_REPORT_NOPLACE] = {"report_noplace", "code kind advice"},
    [TEXT_REPORT_NOKIND] = {"report_nokind", "code place"},
    [TEXT_REPORT_SAME] = {"report_same", "code"},
    [TEXT_RESTRICTED_OK] = {"restricted_ok", "code"},
    [TEXT_TIP_OK] = {"tip_ok", "code"},
    [TEXT_SOS_OK] = {"sos_ok", "code"},
    [TEXT_SOS_UNVERIFIED] = {"sos_unverified", "code"},
    [TEXT_SAFE_OK] = {"safe_ok", "code"},
    [TEXT_SAFE_NONE] = {"safe_none", ""},
    [TEXT_SAFE_TOLD] = {"safe_told", "code name"},
    [TEXT_ALERT] = {"alert", "code kind place text"},
    [TEXT_ALERT_AGAIN] = {"alert_again", "code kind place text step"},
    [TEXT_ALERT_UNVERIFIED] = {"alert_unverified", "code kind place text"},
    [TEXT_ALERT_TEAM] = {"alert_team", "code kind place text"},
    [TEXT_ALERT_TIP] = {"alert_tip", "code place text"},
    [TEXT_ALERT_SOS] = {"alert_sos", "code name place text"},
    [TEXT_ALERT_RESTRICTED] = {"alert_restricted", "code place"},
    [TEXT_ALERT_SUPPLEMENT] = {"alert_supplement", "code text"},
    [TEXT_ALERT_UNCLEAR] = {"alert_unclear", "name text"},
    [TEXT_ALERT_FAILED] = {"alert_failed", ""},
    [TEXT_ALERT_OVERDUE] = {"alert_overdue", "code"},
    [TEXT_STRANGERS_HELD] = {"strangers_held", "count"},
    [TEXT_LATE_COUNT] = {"late_count", "count"},
    [TEXT_ACK_OK] = {"ack_ok", "code kind place"},
    [TEXT_ACK_RESTRICTED] = {"ack_restricted", "code"},
    [TEXT_ACK_ALREADY] = {"ack_already", "code name time"},
    [TEXT_ACK_YOURS] = {"ack_yours", "code time"},
    [TEXT_ACK_REPORTER] = {"ack_reporter", "code name"},
    [TEXT_ACK_TIPSTER] = {"ack_tipster", "code"},
    [TEXT_ACK_OTHERS] = {"ack_others", "code name"},
    /* alerts that climb */
    [TEXT_ALERT_RESTRICTED_AGAIN] = {"alert_restricted_again", "code place step"},
    [TEXT_ALERT_SOS_AGAIN] = {"alert_sos_again", "code name place text step"},
    [TEXT_ALERT_UNREACHED] = {"alert_unreached", "code kind place text name"},
    [TEXT_ACK_NONE] = {"ack_none", ""},
    [TEXT_ACK_WHICH] = {"ack_which", "which"},
    [TEXT_HANDOVER_WAIT] = {"handover_wait", "code name time"},
    [TEXT_HANDOVER_PENDING] = {"handover_pending", "code name"},
    [TEXT_HANDOVER_ASK] = {"handover_ask", "code kind place name"},
    [TEXT_HANDOVER_ASK_RESTRICTED] = {"handover_ask_restricted", "code name"},
    [TEXT_HANDOVER_YOURS] = {"handover_yours", "code name"},
    [TEXT_HANDOVER_GIVEN] = {"handover_given", "code name"},
    [TEXT_HANDOVER_OTHERS] = {"handover_others", "code name"},
    [TEXT_HANDOVER_NO] = {"handover_no", "code name"},
    [TEXT_HANDOVER_STAYS] = {"handover_stays", "code name"},
    [TEXT_HANDOVER_LATE] = {"handover_late", "code name"},
    [TEXT_STILL] = {"still", "code kind place"},
    [TEXT_STILL_RESTRICTED] = {"still_restricted", "code"},
    [TEXT_STILL_DUTY] = {"still_duty", "code kind place name time"},
    [TEXT_STILL_DUTY_RESTRICTED] = {"still_duty_restricted", "code name time"},
    /* the close */
    [TEXT_CLOSE_OK] = {"close_ok", "code"},
    [TEXT_CLOSE_REPORTER] = {"close_reporter", "code"},
    [TEXT_CLOSE_OTHERS] = {"close_others", "code name text"},
    [TEXT_CLOSE_ALREADY] = {"close_already", "code time"},
    [TEXT_CODE_BAD] = {"code_bad", "keyword digits"},
    [TEXT_CODE_MISSING] = {"code_missing", "keyword"},
    [TEXT_CODE_UNKNOWN] = {"code_unknown", "code"},
    [TEXT_NOT_ALLOWED] = {"not_allowed", "keyword"},
    [TEXT_NOT_YOURS] = {"not_yours", "code"},
    [TEXT_ONSCENE_OK] = {"onscene_ok", "code time"},
    [TEXT_ONSCENE_OTHERS] = {"onscene_others", "code name time"},
    [TEXT_SUPPLEMENT_OK] = {"supplement_ok", "code"},
    [TEXT_LOOKUP] = {"lookup", "code kind place state text"},
    [TEXT_LOOKUP_OWN] = {"lookup_own", "code state"},
    [TEXT_CHECKIN_OK] = {"checkin_ok", "place time"},
    [TEXT_CHECKIN_ALREADY] = {"checkin_already", "time"},
    [TEXT_CHECKOUT_OK] = {"checkout_ok", "time hours"},
    [TEXT_CHECKOUT_NONE] = {"checkout_none", ""},
    [TEXT_HELP] = {"help", "place"},
    [TEXT_HELP_OFFICER] = {"help_officer", ""},
    [TEXT_HELP_STRANGER] = {"help_stranger", ""},
    [TEXT_STOP_OK] = {"stop_ok", ""},
    [TEXT_STOP_TOLD] = {"stop_told", "name"},
    [TEXT_REGISTER_OK] = {"register_ok", "name role place"},
    [TEXT_REGISTER_KNOWN] = {"register_known", "name role place"},
    [TEXT_REGISTER_BAD] = {"register_bad", ""},
    [TEXT_REGISTER_TOLD] = {"register_told", "name role place"},
    [TEXT_MY_DATA] = {"my_data", "name role place count incidents since"},
    [TEXT_MY_DATA_STRANGER] = {"my_data_stranger", "count"},
    [TEXT_NOT_BUILT] = {"not_built", "keyword"},
    [TEXT_UNCLEAR] = {"unclear", "heard missing place kind"},
    [TEXT_UNCLEAR_FORM] = {"unclear_form", "which"},
    [TEXT_ANSWER_NONE] = {"answer_none", ""},
    [TEXT_ASK_PLACE] = {"ask_place", "code kind choices advice"},
    [TEXT_ASK_KIND] = {"ask_kind", "code place choices"},
    [TEXT_ASK_CANCEL] = {"ask_cancel", "which"},
    [TEXT_ASK_AGAIN] = {"ask_again", "choices"},
    [TEXT_CANCEL_OK] = {"cancel_ok", "code"},
    [TEXT_CANCEL_NONE] = {"cancel_none", ""},
    [TEXT_CANCEL_LATE] = {"cancel_late", "code"},
    [TEXT_CANCEL_OTHERS] = {"cancel_others", "code text"},
    [TEXT_CORRECT_OK] = {"correct_ok", "code kind place advice"},
    [TEXT_CORRECT_BAD] = {"correct_bad", "code missing place"},
    [TEXT_CORRECT_TEXT] = {"correct_text", "code text"},
    [TEXT_CORRECT_OTHERS] = {"correct_others", "code kind place"},
    [TEXT_JOIN_OK] = {"join_ok", "code kind place advice"},
    [TEXT_JOIN_TOLD] = {"join_told", "code text"},
    [TEXT_SPLIT_OK] = {"split_ok", "code from"},
    [TEXT_SPLIT_NONE] = {"split_none", "code"},
    [TEXT_SPLIT_REPORTER] = {"split_reporter", "code"},
    [TEXT_CALL_OUT] = {"call_out", "code kind place text"},
    [TEXT_CALL_OUT_OK] = {"call_out_ok", "code count"},
    [TEXT_CALL_OUT_NO] = {"call_out_no", "code"},
    [TEXT_CALL_OUT_CAME] = {"call_out_came", "code name time count"},
    [TEXT_CALL_OUT_COUNT] = {"call_out_count", "code count minutes"},
    [TEXT_RELAY] = {"relay", "code text"},
    [TEXT_RELAY_OK] = {"relay_ok", "code"},
    [TEXT_RELAY_GONE] = {"relay_gone", "code"},
    [TEXT_RELAY_NO] = {"relay_no", "code"},
    [TEXT_REOPEN_OK] = {"reopen_ok", "code"},
    [TEXT_REOPEN_NO] = {"reopen_no", "code"},
    [TEXT_ACTIVITY_OK] = {"activity_ok", "keyword place period count"},
    [TEXT_ACTIVITY_MISSING] = {"activity_missing", "heard missing text"},
    [TEXT_CODES_HELP] = {"codes_help", ""},
    [TEXT_CODES_UNKNOWN] = {"codes_unknown", "dial"},
    /* codes and menus */
    [TEXT_CODES_HELP_TEAM] = {"codes_help_team", ""},
    [TEXT_CODES_NO_PAGE] = {"codes_no_page", ""},
    [TEXT_CODES_NO_PLACE] = {"codes_no_place", "place"},
    [TEXT_CODES_NOT_YOURS] = {"codes_not_yours", "place"},
    [TEXT_CODES_TODAY] = {"codes_today", "when count"},
    [TEXT_CODES_TODAY_NONE] = {"codes_today_none", "when count"},
    [TEXT_CODES_TODAY_TIPS] = {"codes_today_tips", "count"},
    [TEXT_CODES_TODAY_SOS] = {"codes_today_sos", "count"},
    [TEXT_CODES_TODAY_LIVE] = {"codes_today_live", "open waiting"},
    [TEXT_CODES_TODAY_PATROL] = {"codes_today_patrol", "count"},
    [TEXT_CODES_OPEN] = {"codes_open", ""},
    [TEXT_CODES_OPEN_NONE] = {"codes_open_none", ""},
    [TEXT_CODES_ONE_NONE] = {"codes_one_none", "code"},
    [TEXT_CODES_ONE_WAITS] = {"codes_one_waits", ""},
    [TEXT_CODES_ONE_ACKED] = {"codes_one_acked", "name time"},
    [TEXT_CODES_ONE_CLOSED] = {"codes_one_closed", "time"},
    [TEXT_CODES_ONE_CANCELLED] = {"codes_one_cancelled", ""},
    [TEXT_CODES_ONE_OUTCOME] = {"codes_one_outcome", "text"},
    [TEXT_CODES_DUTY] = {"codes_duty", ""},
    [TEXT_CODES_DUTY_NONE] = {"codes_duty_none", ""},
    [TEXT_CODES_PATROL] = {"codes_patrol", "count"},
    [TEXT_CODES_PATROL_NONE] = {"codes_patrol_none", ""},
    [TEXT_CODES_OVERDUE_NONE] = {"codes_overdue_none", ""},
    [TEXT_PIN_NEEDED] = {"pin_needed", "dial"},
    [TEXT_PIN_WRONG] = {"pin_wrong", "count"},
    [TEXT_PIN_LOCKED] = {"pin_locked", "time"},
    [TEXT_PIN_TOLD] = {"pin_told", "name count time"},
    [TEXT_PIN_TOLD_ALL] = {"pin_told_all", "count time"},
    [TEXT_MENU_MAIN] = {"menu_main", ""},
    [TEXT_MENU_MAIN_TEAM] = {"menu_main_team", ""},
    [TEXT_MENU_WHICH] = {"menu_which", ""},
    [TEXT_MENU_PIN] = {"menu_pin", ""},
    [TEXT_MENU_WRONG] = {"menu_wrong", ""},
    [TEXT_MENU_KEY_MONTH] = {"menu_key_month", ""},
    [TEXT_MENU_KEY_PLACES] = {"menu_key_places", ""},
    [TEXT_MENU_KEY_MORE] = {"menu_key_more", ""},
    [TEXT_MENU_KEY_BACK] = {"menu_key_back", ""},
    [TEXT_MENU_END] = {"menu_end", ""},
    [TEXT_MENU_EXPIRED] = {"menu_expired", ""},
    [TEXT_MENU_QUESTION] = {"menu_question", ""},
    [TEXT_MENU_STRANGER] = {"menu_stranger", ""},
    [TEXT_FRONT_BUSY] = {"front_busy", ""},
    [TEXT_FRONT_TOO_LONG] = {"front_too_long", ""},
    /* budget and balance */
    [TEXT_BUDGET_SOON] = {"budget_soon", "used limit when"},
    [TEXT_BUDGET_RESERVE] = {"budget_reserve", "used limit when"},
    [TEXT_BALANCE_LOW] = {"balance_low", "name money"},
    [TEXT_BALANCE_UNREAD] = {"balance_unread", "name text"},
    /* digests */
    [TEXT_DIGEST_NIGHT] = {"digest_night", "when counts"},
    [TEXT_DIGEST_WEEK] = {"digest_week", "when counts"},
    [TEXT_DIGEST_MONTH] = {"digest_month", "when counts"},
    [TEXT_DIGEST_NIGHT_NONE] = {"digest_night_none", "when"},
    [TEXT_DIGEST_WEEK_NONE] = {"digest_week_none", "when"},
    [TEXT_DIGEST_MONTH_NONE] = {"digest_month_none", "when"},
    [TEXT_DIGEST_OPEN] = {"digest_open", "open"},
    [TEXT_DIGEST_OPEN_LATE] = {"digest_open_late", "open late"},
    [TEXT_DIGEST_NEWS] = {"digest_news", ""},
    [TEXT_DIGEST_LATE] = {"digest_late", ""},
    [TEXT_DIGEST_PATROLS] = {"digest_patrols", "held missed"},
    [TEXT_DIGEST_MISSED] = {"digest_missed", ""},
    [TEXT_DIGEST_UNREAD] = {"digest_unread", "count"},
    [TEXT_DIGEST_MORE] = {"digest_more", ""},
    [TEXT_DIGEST_INDICATORS] = {"digest_indicators", "count"},
    /* courier */
    [TEXT_TROUBLE] = {"trouble", "name text"},
    [TEXT_STORAGE] = {"storage", "name text"}, /* vault */
    /* attendance */
    [TEXT_MISSED_IN] = {"missed_in", "place time"},
    [TEXT_MISSED_OUT] = {"missed_out", "time hours"},
    [TEXT_FORGOTTEN] = {"checkout_forgotten", "date time"},
    [TEXT_SHIFT_REMIND] = {"shift_remind", "time place"},
    [TEXT_SHIFT_REMIND_TEXT] = {"shift_remind_text", "time place"},
    [TEXT_SHIFT_LEADER] = {"shift_leader", "time place count need text"},
    [TEXT_SHIFT_OFFICER] = {"shift_officer", "time place count need"},
    [TEXT_SHIFT_MISSED] = {"shift_missed", "time place date count need"},
    [TEXT_FIX_OK] = {"fix_ok", "keyword name date time old"},
    [TEXT_FIX_TOLD] = {"fix_told", "keyword name date time old"},
    [TEXT_FIX_ADDED] = {"fix_added", "keyword name date time old"},
    [TEXT_FIX_ADDED_TOLD] = {"fix_added_told", "keyword name date time old"},
    [TEXT_FIX_HOW] = {"fix_how", "keyword"},
    [TEXT_FIX_WHO] = {"fix_who", "keyword"},
    [TEXT_FIX_OWN] = {"fix_own", "keyword"},
    [TEXT_FIX_TIME] = {"fix_time", "keyword"},
    [TEXT_FIX_NONE] = {"fix_none", "keyword"},
    [TEXT_UNDO_IN] = {"undo_in", "keyword name date time old"},
    [TEXT_UNDO_OUT] = {"undo_out", "keyword name date time old"},
    [TEXT_UNDO_TOLD] = {"undo_told", "keyword name date time old"},
    [TEXT_UNDO_NONE] = {"undo_none", "keyword"},
    /* the calendar and the indicators */
    [TEXT_REMIND_TEAM] = {"remind_team", "place what due done text"},
    [TEXT_REMIND_TEAM_LATE] = {"remind_team_late", "place what due done text"},
    [TEXT_REMIND_OFFICER] = {"remind_officer", "what due names"},
    [TEXT_REMIND_OVERDUE] = {"remind_overdue", "what due names"},
    [TEXT_REMIND_OFFICE] = {"remind_office", "what due"},
    [TEXT_TIP_TOTAL_OK] = {"tip_total_ok", "period count"},
    [TEXT_TIP_TOTAL_BAD] = {"tip_total_bad", ""},
    [TEXT_CODES_DUE_NONE] = {"codes_due_none", ""},
    [TEXT_IND_HEAD] = {"ind_head", "period place when"},
    [TEXT_IND_NONE] = {"ind_none", "period"},
    [TEXT_IND_NIGHTS] = {"ind_nights", "value"},
    [TEXT_IND_FORCE] = {"ind_force", "value"},
    [TEXT_IND_TAKEN] = {"ind_taken", "value"},
    [TEXT_IND_CLOSED] = {"ind_closed", "value"},
    [TEXT_IND_PRESENT] = {"ind_present", "value minutes"},
    [TEXT_IND_MOBILISED] = {"ind_mobilised", "value minutes"},
    [TEXT_IND_TIPS] = {"ind_tips", "value"},
    [TEXT_IND_DEEDS] = {"ind_deeds", "value"},
    [TEXT_IND_MEDIATION] = {"ind_mediation", "value"},
    [TEXT_IND_MEETINGS] = {"ind_meetings", "value"},
    [TEXT_IND_LOUDSPEAKER] = {"ind_loudspeaker", "value"},
    [TEXT_IND_DIRECT] = {"ind_direct", "value"},
    [TEXT_IND_TEAMS] = {"ind_teams", "value"},
    [TEXT_IND_TIMES] = {"ind_times", "value"},
    /* lost phones */
    [TEXT_REVOKE_WAITS] = {"revoke_waits", "name who phone time"},
    [TEXT_REVOKE_CONFIRM] = {"revoke_confirm", "name text phone"},
    [TEXT_REVOKE_DONE] = {"revoke_done", "name"},
    [TEXT_REVOKE_TOLD] = {"revoke_told", "name text"},
    [TEXT_REVOKE_LATE] = {"revoke_late", "name phone"},
    [TEXT_REVOKE_NO] = {"revoke_no", ""},
    [TEXT_REVOKE_ALREADY] = {"revoke_already", ""},
    /* tips kept apart */
    [TEXT_TIP_SEALED] = {"tip_sealed", ""},
    [TEXT_TIP_HEADLESS] = {"tip_headless", ""},
    [TEXT_CLOSE_TIPSTER] = {"close_tipster", "code"},
    [TEXT_REPLAY_DONE] = {"replay_done", "name count old time"},
    [TEXT_REPLAY_WHOLE] = {"replay_whole", "name count"},
    [TEXT_ADVICE] = {"advice", ""},
};

/* The least septets each placeholder can be cut to (template_render cuts place, name, text). */
static const struct template_rule rules[] = {
    {"code", 7},
    {"kind", 15},
    {"place", 6},
    {"advice", ADVICE_SEPTETS},
    {"name", 6},
    {"text", 0},
    {"step", 2},
    {"time", 11},
    {"state", 60},
    {"hours", 5},
    {"keyword", 12},
    {"choices", 52},
    {"which", 110},
    {"missing", 24},
    {"from", 7},
    {"period", 9},
    {"count", 7},
    {"role", 11},
    {"incidents", 6},
    {"since", 10},
    {"when", 31},
    {"open", 7},
    {"waiting", 7},
    {"dial", 24},   /* codes and menus */
    {"minutes", 4}, /* call out */
    {"heard", 70},
    {"digits", 10}, /* error replies */
    /* budget and balance */
    {"used", 7},
    {"limit", 7},
    {"money", 31},
    /* digests */
    {"counts", 33},
    {"late", 7},
    {"held", 7},
    {"missed", 7},
    {"date", 5},
    {"need", 3},
    {"old", 11},  /* attendance */
    {"what", 30}, /* the calendar */
    {"due", 38},
    {"done", 7},
    {"names", 60},
    {"phone", 15}, /* lost phones */
    {"who", 23},
    {"value", 60},
};

const char *text_key(enum text_id id)
{
    return texts[id].key;
}

static const struct message_text *find(const struct config *cfg, const char *key)
{
    for (size_t i = 0; i < cfg->n_messages; i++)
        if (!strcmp(cfg->messages[i].key, key))
            return &cfg->messages[i];
    return NULL;
}

const char *texts_find(const struct config *cfg, const char *key)
{
    const struct message_text *m = find(cfg, key);
    return m ? m->text : NULL;
}

static bool word_in(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static void check_one(const struct config *cfg, const struct message_text *m, const char *placeholders,
                      struct problems *p)
{
    struct template_rule allowed[ARRAY_LEN(rules)];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (word_in(placeholders, rules[i].name))
            allowed[n++] = rules[i];
    char why[200];
    if (template_check(m->text, allowed, n, why, sizeof(why)) < 0)
        problems_add(p, false, cfg->messages_path, m->line, "text '%s': %s; placeholders it may use: %s", m->key, why,
                     *placeholders ? placeholders : "none");
}

static void check_advice(const struct config *cfg, const struct message_text *m, struct problems *p)
{
    int septets = gsm7_septets(m->text);
    if (septets < 0 || septets > ADVICE_SEPTETS)
        problems_add(p, false, cfg->messages_path, m->line,
                     "text '%s' stands inside others: at most %d characters, without accents", m->key, ADVICE_SEPTETS);
}

/* The keys of a menu stand at the end of a screen, and the word for a wrong one before it. */
static void check_key(const struct config *cfg, const struct message_text *m, struct problems *p)
{
    int septets = gsm7_septets(m->text);
    if (septets < 1 || septets > MENU_KEY_SEPTETS)
        problems_add(p, false, cfg->messages_path, m->line, "text '%s' stands on a screen: 1 to %d characters", m->key,
                     MENU_KEY_SEPTETS);
}

static const char *placeholders_of(const char *key)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (!strcmp(texts[i].key, key))
            return texts[i].placeholders;
    return NULL;
}

static void unknown_key(const struct config *cfg, const struct message_text *m, struct problems *p)
{
    const char *names[TEXT_COUNT];
    for (size_t i = 0; i < TEXT_COUNT; i++)
        names[i] = texts[i].key;
    const char *near = str_nearest(m->key, names, TEXT_COUNT);
    problems_add(p, false, cfg->messages_path, m->line, "no text is called '%s'%s%s%s; remove it or mend its name",
                 m->key, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

void texts_check(const struct config *cfg, struct problems *p)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (!find(cfg, texts[i].key))
            problems_add(p, false, cfg->messages_path, 0, "text '%s' is missing; add a line %s = \"...\";",
                         texts[i].key, texts[i].key);
    for (size_t i = 0; i < cfg->n_messages; i++) {
        const struct message_text *m = &cfg->messages[i];
        const char *placeholders = placeholders_of(m->key);
        if (!strncmp(m->key, "advice", 6))
            check_advice(cfg, m, p);
        else if (!strncmp(m->key, "menu_key_", 9) || !strcmp(m->key, "menu_wrong"))
            check_key(cfg, m, p);
        else if (placeholders)
            check_one(cfg, m, placeholders, p);
        else if (!strncmp(m->key, "help_", 5))
            check_one(cfg, m, "", p);
        else
            unknown_key(cfg, m, p);
    }
}

int text_vsay(const struct config *cfg, enum text_id id, char *out, size_t size, va_list ap)
{
    struct template_value v[VALUES_MAX];
    size_t n = 0;
    const char *name;
    while (n < VALUES_MAX && (name = va_arg(ap, const char *)))
        v[n++] = (struct template_value){.name = name, .value = va_arg(ap, const char *)};
    const char *tpl = texts_find(cfg, texts[id].key);
    if (!tpl)
        return -EINVAL;
    int rc = template_render(tpl, v, n, out, size);
    size_t len = rc < 0 ? 0 : strlen(out);
    while (len > 0 && out[len - 1] == ' ')
        out[--len] = '\0'; /* an empty value at the end leaves its space */
    return rc;
}

int text_say(const struct config *cfg, enum text_id id, char *out, size_t size, ...)
{
    va_list ap;
    va_start(ap, size);
    int rc = text_vsay(cfg, id, out, size, ap);
    va_end(ap);
    return rc;
}

const char *text_advice(const struct config *cfg, const char *kind)
{
    char key[40];
    struct sbuf b = sbuf_on(key, sizeof(key));
    sbuf_addf(&b, "advice_%s", kind);
    const char *t = texts_find(cfg, key);
    return t ? t : texts_find(cfg, "advice");
}

const char *text_help(const struct config *cfg, const char *form)
{
    char key[40];
    struct sbuf b = sbuf_on(key, sizeof(key));
    sbuf_addf(&b, "help_%s", form);
    return sbuf_done(&b) < 0 ? NULL : texts_find(cfg, key);
}

#define OWN_LETTERS_MIN 18 /* "Vu 48217: toi da nhan." may be a person's */

/* What stands for a placeholder, up to the next fixed words: codes and steps are digits. */
static const char *skip_value(const char *p, const char *name, size_t n, const char *next, size_t next_len)
{
    bool digits = (n == 4 && !memcmp(name, "code", 4)) || (n == 4 && !memcmp(name, "step", 4));
    if (digits)
        return p + strspn(p, "0123456789");
    if (!next_len)
        return p + strlen(p);
    for (; *p; p++)
        if (!strncmp(p, next, next_len))
            break;
    return p;
}

/* Is body what this template renders to? Its fixed words in their order, from first to last. */
static bool is_rendered(const char *t, const char *body)
{
    size_t letters = 0, n = strcspn(t, "{");
    if (n == 0)
        return false;
    for (;;) {
        if (strncmp(body, t, n) != 0)
            return false;
        letters += n;
        body += n;
        t += n;
        if (!*t)
            return !*body && letters >= OWN_LETTERS_MIN;
        const char *end = strchr(t, '}');
        if (!end)
            return false;
        n = strcspn(end + 1, "{");
        body = skip_value(body, t + 1, (size_t)(end - t - 1), end + 1, n);
        t = end + 1;
    }
}

/* Cheap, since it is asked of every message: two letters tell nearly all apart. */
static bool may_begin(const char *t, const char *body)
{
    return t[0] && t[0] == body[0] && (t[1] == '{' || t[1] == body[1]);
}

bool text_is_own(const struct config *cfg, const char *body)
{
    for (size_t i = 0; i < cfg->n_messages; i++)
        if (may_begin(cfg->messages[i].text, body) && is_rendered(cfg->messages[i].text, body))
            return true;
    return false;
}
