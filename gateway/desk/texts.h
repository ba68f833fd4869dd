// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts that go out, by name. Each has a key in messages.vi.cfg and a closed set of
 * placeholders; texts_check() refuses a missing text, an unknown placeholder and a text
 * that can not fit one SMS.
 */
#ifndef TB_DESK_TEXTS_H
#define TB_DESK_TEXTS_H

#include "config/config.h"

#include <stdarg.h>
#include <stddef.h>

enum text_id {
    TEXT_REPORT_OK,
    TEXT_REPORT_UNVERIFIED,
    TEXT_REPORT_NOPLACE,
    TEXT_REPORT_NOKIND,
    TEXT_REPORT_SAME,
    TEXT_RESTRICTED_OK,
    TEXT_TIP_OK,
    TEXT_SOS_OK,
    TEXT_SOS_UNVERIFIED,
    TEXT_SAFE_OK,
    TEXT_SAFE_NONE,
    TEXT_SAFE_TOLD,
    TEXT_ALERT,
    TEXT_ALERT_AGAIN,
    TEXT_ALERT_UNVERIFIED,
    TEXT_ALERT_TEAM,
    TEXT_ALERT_TIP,
    TEXT_ALERT_SOS,
    TEXT_ALERT_RESTRICTED,
    TEXT_ALERT_SUPPLEMENT,
    TEXT_ALERT_UNCLEAR,
    TEXT_ALERT_FAILED,
    TEXT_STRANGERS_HELD,
    TEXT_ACK_OK,
    TEXT_ACK_RESTRICTED,
    TEXT_ACK_ALREADY,
    TEXT_ACK_YOURS,
    TEXT_ACK_REPORTER,
    TEXT_ACK_TIPSTER,
    TEXT_ACK_OTHERS,
    TEXT_CLOSE_OK,
    TEXT_CLOSE_REPORTER,
    TEXT_CLOSE_OTHERS,
    TEXT_CLOSE_ALREADY,
    TEXT_CODE_BAD,
    TEXT_CODE_MISSING,
    TEXT_CODE_UNKNOWN,
    TEXT_NOT_ALLOWED,
    TEXT_NOT_YOURS,
    TEXT_ONSCENE_OK,
    TEXT_ONSCENE_OTHERS,
    TEXT_SUPPLEMENT_OK,
    TEXT_LOOKUP,
    TEXT_LOOKUP_OWN,
    TEXT_CHECKIN_OK,
    TEXT_CHECKIN_ALREADY,
    TEXT_CHECKOUT_OK,
    TEXT_CHECKOUT_NONE,
    TEXT_HELP,
    TEXT_HELP_OFFICER,
    TEXT_HELP_STRANGER,
    TEXT_STOP_OK,
    TEXT_STOP_TOLD,
    TEXT_REGISTER_OK,
    TEXT_REGISTER_KNOWN,
    TEXT_REGISTER_BAD,
    TEXT_REGISTER_TOLD,
    TEXT_MY_DATA,
    TEXT_MY_DATA_STRANGER,
    TEXT_NOT_BUILT,
    TEXT_UNCLEAR,
    TEXT_UNCLEAR_FORM,
    TEXT_ANSWER_NONE,
    TEXT_ASK_PLACE,
    TEXT_ASK_KIND,
    TEXT_ASK_CANCEL,
    TEXT_ASK_AGAIN,
    TEXT_CANCEL_OK,
    TEXT_CANCEL_NONE,
    TEXT_CANCEL_LATE,
    TEXT_CANCEL_OTHERS,
    TEXT_CORRECT_OK,
    TEXT_CORRECT_BAD,
    TEXT_CORRECT_OTHERS,
    TEXT_CORRECT_TEXT,
    TEXT_JOIN_OK,
    TEXT_JOIN_TOLD,
    TEXT_SPLIT_OK,
    TEXT_SPLIT_NONE,
    TEXT_SPLIT_REPORTER,
    TEXT_CALL_OUT,
    TEXT_CALL_OUT_OK,
    TEXT_CALL_OUT_NO,
    TEXT_CALL_OUT_CAME,
    TEXT_CALL_OUT_COUNT,
    TEXT_RELAY,
    TEXT_RELAY_OK,
    TEXT_RELAY_GONE,
    TEXT_RELAY_NO,
    TEXT_REOPEN_OK,
    TEXT_REOPEN_NO,
    TEXT_ACTIVITY_OK,
    TEXT_ACTIVITY_MISSING,
    TEXT_CODES_HELP,
    TEXT_CODES_UNKNOWN,
    /* codes and menus */
    TEXT_CODES_HELP_TEAM,
    TEXT_CODES_NO_PAGE,
    TEXT_CODES_NO_PLACE,
    TEXT_CODES_NOT_YOURS,
    TEXT_CODES_TODAY,
    TEXT_CODES_TODAY_NONE,
    TEXT_CODES_TODAY_TIPS,
    TEXT_CODES_TODAY_SOS,
    TEXT_CODES_TODAY_LIVE,
    TEXT_CODES_TODAY_PATROL,
    TEXT_CODES_OPEN,
    TEXT_CODES_OPEN_NONE,
    TEXT_CODES_ONE_NONE,
    TEXT_CODES_ONE_WAITS,
    TEXT_CODES_ONE_ACKED,
    TEXT_CODES_ONE_CLOSED,
    TEXT_CODES_ONE_CANCELLED,
    TEXT_CODES_ONE_OUTCOME,
    TEXT_CODES_DUTY,
    TEXT_CODES_DUTY_NONE,
    TEXT_CODES_PATROL,
    TEXT_CODES_PATROL_NONE,
    TEXT_CODES_OVERDUE_NONE,
    TEXT_PIN_NEEDED,
    TEXT_PIN_WRONG,
    TEXT_PIN_LOCKED,
    TEXT_PIN_TOLD,
    TEXT_PIN_TOLD_ALL,
    TEXT_MENU_MAIN,
    TEXT_MENU_MAIN_TEAM,
    TEXT_MENU_WHICH,
    TEXT_MENU_PIN,
    TEXT_MENU_WRONG,
    TEXT_MENU_KEY_MONTH,
    TEXT_MENU_KEY_PLACES,
    TEXT_MENU_KEY_MORE,
    TEXT_MENU_KEY_BACK,
    TEXT_MENU_END,
    TEXT_MENU_EXPIRED,
    TEXT_MENU_QUESTION,
    TEXT_MENU_STRANGER,
    /* digests */
    TEXT_DIGEST_NIGHT,
    TEXT_DIGEST_WEEK,
    TEXT_DIGEST_MONTH,
    TEXT_DIGEST_NIGHT_NONE,
    TEXT_DIGEST_WEEK_NONE,
    TEXT_DIGEST_MONTH_NONE,
    TEXT_DIGEST_OPEN,
    TEXT_DIGEST_OPEN_LATE,
    TEXT_DIGEST_NEWS,
    TEXT_DIGEST_LATE,
    TEXT_DIGEST_PATROLS,
    TEXT_DIGEST_MISSED,
    TEXT_DIGEST_UNREAD,
    TEXT_DIGEST_MORE,
    /* courier */
    TEXT_TROUBLE,
    TEXT_ADVICE,
    TEXT_COUNT
};

/* The text of a config, NULL when it has none. */
const char *texts_find(const struct config *cfg, const char *key);
const char *text_key(enum text_id id);

/* Renders a text into out (>= 400 octets): pairs of name and value, ended by NULL. A text that does not
 * fit is cut where template_render may cut; never fails for a checked text (-EINVAL else). */
int text_say(const struct config *cfg, enum text_id id, char *out, size_t size, ...) __attribute__((sentinel));

int text_vsay(const struct config *cfg, enum text_id id, char *out, size_t size, va_list ap);

/* The advice of a kind of severity 5 ("Goi 114."): "advice_CHAY", or "advice", or "". */
const char *text_advice(const struct config *cfg, const char *kind);
/* "help_incident" and so on, or NULL. */
const char *text_help(const struct config *cfg, const char *form);

/* Is this one of the service's own texts, sent back by a machine (or by mistake)? */
bool text_is_own(const struct config *cfg, const char *body);

#endif
