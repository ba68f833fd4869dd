// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the desk share; private to gateway/desk. */
#ifndef TB_DESK_ROOM_H
#define TB_DESK_ROOM_H

#include "gateway/desk/desk.h"
#include "gateway/desk/people.h"
#include "gateway/desk/texts.h"
#include "gateway/desk/trace.h"
#include "parsers/understand.h"
#include "store/incident.h"
#include "store/message.h"
#include "store/question.h"
#include "store/report.h"

#define OUT_SIZE 400 /* a rendered text: 160 septets as UTF-8, and room */

/* The last complaints to one user: two machines must not talk to each other for ever. In
 * memory only: forgetting it costs a few texts. */
#define COMPLAINTS_AN_HOUR 3
#define THROTTLE_SLOTS 256
#define SAME_TEXT_AN_HOUR 3 /* replies to one text of one user, whatever it says */
#define SAID_SLOTS 4
struct throttle {
    int64_t user_id;
    int64_t at_rel[COMPLAINTS_AN_HOUR]; /* oldest first */
    struct said {
        uint64_t text;      /* hash of what the user wrote */
        int64_t since_rel;  /* of the first of the count */
        int64_t message_id; /* the last one counted */
        unsigned n;
    } said[SAID_SLOTS];
};

/* What unknown numbers were alerted for within the hour: of one number and of all; [1] is SOS. */
#define STRANGER_SLOTS 128
/* How often a user's SOS called everybody within minutes: see sos.c. */
#define SOS_SLOTS 64
struct sos_calls {
    int64_t user_id, since_rel;
    int n;
};
struct hourly {
    int64_t since_rel;
    int n;
};
struct strangers {
    struct hourly all[2];
    struct stranger {
        int64_t party_id;
        struct hourly hour[2];
    } one[STRANGER_SLOTS]; /* by party id */
};

struct desk {
    struct db *db;
    const struct config *cfg;
    const struct clock *clock;
    struct vocab *vocab;
    struct people people;
    struct service_time time;
    int64_t calendar_off_ms; /* of the calendar from service time when its jobs were planned last */
    bool calendar_known;
    bool careless;                            /* see desk_careful */
    int64_t attend_hold_rel;                  /* attend_watch.c: texts may still lie on the SIM until then */
    struct throttle throttle[THROTTLE_SLOTS]; /* by user id */
    struct menu_memory *menus;                /* see menu_front.c */
    struct trace *trace;                      /* journal: see trace.h; NULL = none */
    struct strangers strangers;
    struct hourly late;                    /* late.c: told one by one */
    struct sos_calls sos_calls[SOS_SLOTS]; /* by user id */
    int64_t look_rel;                      /* the overseer's next look, service time; 0 = at once */
    struct meaning meaning;                /* scratch of the message in hand, 10 kB: not on the stack */
};

/* The message in hand. The number lives here, in memory, and nowhere else. */
struct msg {
    struct desk *d;
    struct now now;
    const char *line;
    char number[ADDRESS_SIZE]; /* E.164 for a NUMBER, else as it came */
    enum address_kind kind;
    const struct user *user; /* NULL: not on the roster, or the message is a tip's */
    bool lost;               /* its phone was lost and revoked: it hears nothing that tells so, nor anything else */
    int64_t party_id;        /* 0 for a user */
    int64_t id;              /* its row */
    int64_t at_ms;           /* when it was written, as far as one can believe */
    bool late;               /* see late.c */
    const char *body;
    const struct meaning *m;
    bool of_tip;  /* a tip, or what its sender says of it: party_id is the tip's */
    char pin[16]; /* typed for a menu, and nowhere stored; "" = none */
    /* the result */
    const char *disposition;
    int64_t incident_id;
};

/* incident.c ------------------------------------------------------------------------- */
/* Draws a code and adds; in->code and *id are set. -ENOSPC when no code is free. */
int incident_open(struct desk *d, struct incident *in, int64_t *id);
/* The incident of the code in the message: 0, or 1 when the sender was answered (bad, missing
 * or unknown code, or not his business). */
int incident_of(struct msg *m, struct incident *out);
/* May this sender see and touch it? Restricted: those concerned and the reporter. */
bool incident_is_his(struct msg *m, const struct incident *in);
/* Was this user alerted to it? */
bool incident_concerns(struct desk *d, int64_t incident_id, int64_t user_id);
/* The value of a slot, "" when the text has none. */
const char *meaning_slot(const struct meaning *m, const char *name);
/* Did this sender report it, first or by joining? Only the first may change it. */
bool incident_is_reporter(const struct msg *m, const struct incident *in);
bool incident_is_first_reporter(const struct msg *m, const struct incident *in);
const char *incident_place_name(const struct desk *d, const struct incident *in);
/* Must what is said of it be kept from the team and whoever else is not named? Also "danh vo" in a brawl's XONG. */
bool text_withheld(const struct desk *d, const struct incident *in, const char *text);
/* Written with the change itself, in its transaction. user_id 0: the service or a party. */
int audit(struct desk *d, int64_t user_id, const char *action, int64_t incident_id, int64_t message_id,
          const char *detail);

/* out.c: intentions, never sending ------------------------------------------------------ */
/* To the sender of the message. Keeps the rules: only numbers, few to unknown ones. */
int reply(struct msg *m, const char *body, bool resend);
int reply_text(struct msg *m, enum text_id id, const char *name, const char *value);
/* May the sender get a reply that only complains ("unclear", "no question is open")? At most one
 * a minute and three an hour to a user, to a stranger as his replies allow; asking counts as one. */
int complaint_allowed(struct msg *m, bool *may);
/* To a user; ttl_s of its priority. */
int tell_user(struct desk *d, int64_t user_id, enum priority p, int64_t incident_id, int64_t message_id,
              const char *body);
/* The same; *row is the outbox row, 0 when none was written (he said NGUNG). */
int tell_user_row(struct desk *d, int64_t user_id, enum priority p, int64_t incident_id, int64_t message_id,
                  const char *body, int64_t *row);
/* What is not urgent (digests, reminders, lists): a row of PRIO_DIGEST, which waits for the end of the
 * quiet hours; its time to live counts from there. */
int tell_later(struct desk *d, int64_t user_id, int64_t incident_id, int64_t message_id, const char *body);
/* A part of a digest, as tell_later; sent again after a crash, since no alert went out for what it names. */
int tell_digest(struct desk *d, int64_t user_id, const char *body);
/* A word of the service about itself (credit, budget) to the duty desk and the chief: as tell_later, and
 * whatever the budget. */
int tell_warning(struct desk *d, const char *body);
/* To the reporter of an incident, user or party, and to those whose reports joined it. */
int tell_reporter(struct desk *d, const struct incident *in, const char *body);
/* An officer's own words to the first reporter, whatever the limits. -ENOENT: his number is erased, he
 * said NGUNG, or there is none. */
int relay_reporter(struct desk *d, const struct incident *in, const char *body);
/* "21:05", with the day when it is not today. */
void clock_text(int64_t at_ms, int64_t now_ms, char *out, size_t size);

/* apart.c: tips kept apart ---------------------------------------------------------------- */
/* Are the texts of tips sealed to a key that is not here? */
bool apart_sealing(const struct desk *d);
/* The word that stands where a sealed text was. */
int apart_word(const struct desk *d, char *out, size_t size);
/* Takes out of a text, in place, the number of who sent it: true when it stood there. */
bool apart_mask_own(char *text, const char *number);
/* The sender's own words for a tip, before anything is written: sealed ones are taken out of m (word gets
 * what stands for them, OUT_SIZE), his number out of the others. *changed: the parts must not keep it either. */
int apart_hide(struct msg *m, char *text, char *word, bool *changed);
/* Keeps a text sealed. what: see store/tip.h. */
int apart_keep(struct desk *d, const char *what, int64_t incident_id, const char *text);
/* What the audit may keep of these words: nothing of a tipster's. It lives longer than the text of a tip may. */
const char *apart_audit(const struct msg *m, const char *text);
/* NGUNG of this number: what is kept of it as a tip's sender is erased. */
int apart_stop(struct desk *d, const char *number);
/* The daily job. */
int apart_daily(struct desk *d);

/* relay.c: the one place that opens the number of a tip's sender -------------------------- */
/* Did this party's number say NGUNG, as a user or as a sender? Also true when it is erased, or a lost phone. */
int party_is_silent(struct desk *d, int64_t party_id, bool *silent);

/* report.c ------------------------------------------------------------------------------ */
/* Sets the reporter, draws a code and keeps it, with its audit row; in->id and code are set. */
int report_open(struct msg *m, struct incident *in);

/* overseer.c ---------------------------------------------------------------------------- */
#define OVERSEER_GRACE_MS MINUTE_MS       /* the climb's own time */
#define OVERSEER_FIRST_MS (3 * MINUTE_MS) /* the first alert is written with the report */
/* An alert is to be repeated by then (service time): a look after that. Forgetting it costs nothing but time. */
void overseer_expect(struct desk *d, int64_t at_rel);

/* sos.c --------------------------------------------------------------------------------- */
#define SHIFT_MAX_MS (16 * HOUR_MS) /* an older VAO without RA is a forgotten one */
/* "Man De", "lan cuoi o Man De", "chua ro o dau": where help is needed. */
int sos_place_text(struct desk *d, const struct incident *in, char *out, size_t size);

/* strangers.c --------------------------------------------------------------------------- */
/* Is this one of so many from unknown numbers that it is not alerted? 1 (kept, counted, and told to the duty
 * desk in a while), 0 no, or an error. */
int strangers_hold(struct msg *m, const struct incident *in);
/* The job: how many were held back. */
int strangers_due(struct desk *d, const char *key);

/* late.c -------------------------------------------------------------------------------- */
/* Was it written longer ago than an alert lives, by its service centre and by both our clocks? */
bool late_is(const struct msg *m, int64_t smsc_ms);
/* Its words with "(gui luc 21:05 hom qua)" before them if it is late: text itself, or out. */
const char *late_text(const struct msg *m, const char *text, char *out, size_t size);
void late_when(int64_t at_ms, int64_t now_ms, char *out, size_t size);
/* Instead of an alert that repeats and climbs. */
int late_alert(struct msg *m, const struct incident *in);
/* The job: how many were not told one by one. */
int late_due(struct desk *d, const char *key);

/* alert.c ----------------------------------------------------------------------------- */
/* First alerts of a new incident, and the job that repeats them. under_way: for kinds that
 * go out only while under way. */
int alert_first(struct msg *m, const struct incident *in, bool under_way);
/* To the officers of the first step, once: no repeat, and not the team. */
int alert_once(struct desk *d, const struct incident *in);
/* No alert now: the repeat that comes first calls. */
int alert_wait(struct desk *d, const struct incident *in);
/* The repeat of an incident that nobody took. */
int alert_again(struct desk *d, int64_t incident_id);
/* So long after this step the next one is due. */
int64_t alert_pace_ms(const struct desk *d, const struct incident *in, int step);
/* Stops the repeats. */
int alert_stop(struct desk *d, int64_t incident_id);
/* NHAN: the same, but those whom DIEU called out still go there. */
int alert_taken(struct desk *d, int64_t incident_id);
/* Tells everybody concerned but one. */
/* The same, less the reporter, who is told in words of his own (but of a restricted one). */
int alert_others(struct desk *d, const struct incident *in, int64_t except_user, const char *body);
int alert_concerned(struct desk *d, const struct incident *in, int64_t except_user, enum priority p, const char *body);
/* Tells the duty desk; when nobody is there the chief. */
int alert_duty(struct desk *d, enum priority p, int64_t incident_id, int64_t message_id, const char *body);
/* After a correction: alerts those whom it now concerns and who were not told before. */
int alert_more(struct msg *m, const struct incident *in);
/* A question about it ran out: the duty desk gets it as it is, if nobody was told yet. */
int alert_unanswered(struct desk *d, const struct incident *in);
/* Nobody's phone was reached (names: whose): the next step that tells somebody new goes at once, to the
 * new ones. *told: how many officers; 0 when there is nobody else. */
int alert_skip(struct desk *d, const struct incident *in, const char *unreached, int *told);
/* An officer of the area was not reached: the others of his area are told beside, the step stays. */
int alert_beside(struct desk *d, const struct incident *in, const char *unreached);
/* Is this user among those named for the kind? The chief is when none of those is there. (whom.c) */
bool alert_named(const struct desk *d, const char *kind, const struct user *u);

/* unclear.c ----------------------------------------------------------------------------- */
/* "Da hieu: TROM, thon Man De. ", what was understood: a kind or keyword (never a restricted kind; "" none) and a
 * place code (NULL none); "" when nothing was. At most 70 septets. */
void heard_text(const struct desk *d, const char *first, const char *place, char *out, size_t size);
/* talk.c: the sender's own village for an example, else the one the text names, else the first of his. */
const char *example_place(const struct msg *m);
/* reach.c ------------------------------------------------------------------------------- */
/* Alerts were written: looked at again when their reports should be there. */
int reach_watch(struct desk *d, int64_t incident_id);
/* A delivery report, or a send that was given up, of an outbox row. */
int reach_heard(struct desk *d, int64_t outbox_id, bool delivered);
/* The job. key: incident id. */
int reach_due(struct desk *d, const char *key);
/* "Chua den may: Bui Thi Ha. " of a live incident, or "". For officers only. */
int reach_text(struct desk *d, const struct incident *in, char *out, size_t size);

/* ack.c, handover.c, still.c -------------------------------------------------------------- */
/* NHAN of this incident: taken, or why not; a lone digit may say which. */
int ack_take(struct msg *m, const struct incident *in);
/* Says that it was closed, or who has it. */
int ack_taken_already(struct msg *m, const struct incident *in);
/* NHAN of what another has: he and the duty desk are asked. */
int handover_wanted(struct msg *m, const struct incident *in);
/* The answer of one who was asked. */
int handover_answer(struct msg *m, int64_t incident_id, bool yes);
/* The jobs. key: incident id. */
int handover_late(struct desk *d, const char *key);
int still_due(struct desk *d, const char *key);
/* It was taken; something happened to it since: its time begins anew (an open one has none). */
int still_begins(struct desk *d, const struct incident *in);
int still_moved(struct desk *d, const struct incident *in);
/* What was taken by people who are gone from the roster or said NGUNG: the duty desk is asked, now. Once of each. */
int still_left(struct desk *d);

/* dialogue.c ---------------------------------------------------------------------------- */
/* Confirms a report that is saved and asks for what it lacks (m->m->ask: place or kind). */
int dialogue_about(struct msg *m, const struct incident *in);
/* Asks which of these codes (joined by a space) is meant; text names them. field: "cancel" or "ack". */
int dialogue_which(struct msg *m, const char *field, enum text_id id, const char *codes, const char *text);
/* Opens a question for any user; what is said with it is the caller's. */
int dialogue_put(struct desk *d, struct question *q);
/* Ends it without an answer of its own. */
int dialogue_end(struct desk *d, const struct question *q, const char *state);
/* Does this text answer the sender's open question by a name? 1 yes (and done), 0 no. */
int dialogue_named(struct msg *m);
/* Is this report the one that was asked about, sent again with what it lacked? 1 yes, 0 no. */
int dialogue_again(struct msg *m);
/* The job of a question that ran out. */
int dialogue_expired(struct desk *d, const char *key);

/* join.c -------------------------------------------------------------------------------- */
/* Does this report belong to an incident that is there? 1 joined (and done), 0 no. */
int join_incident(struct msg *m, const struct incident *draft);

/* edit.c ------------------------------------------------------------------------------- */
/* Change one thing of an incident, keep its history, tell those concerned. */
int edit_place(struct msg *m, struct incident *in, const char *place);
int edit_kind(struct msg *m, struct incident *in, const char *kind);
int edit_cancel(struct msg *m, struct incident *in, const char *why);
/* The reporter's confirmation; of a restricted one only its code. */
int edit_confirm(struct msg *m, const struct incident *in, enum text_id id);

/* callout.c ---------------------------------------------------------------------------- */
/* COMAT of somebody called by DIEU: the caller hears the count. 1 when he is who took the incident, and
 * so needs no other word; 0 else. time: the clock's text. */
int callout_came(struct msg *m, const struct incident *in, const char *time);
/* "3/5": came of called. */
struct callout;
void callout_text(const struct callout *c, char *out, size_t size);
/* The job: how many came until now. key: incident id. */
int callout_due(struct desk *d, const char *key);

/* revoke.c ------------------------------------------------------------------------------ */
/* The job: nobody was the second to say that this phone is lost. key: its user's id. */
int revoke_due(struct desk *d, const char *key);

/* reminder.c: the calendar ------------------------------------------------------------ */
/* At start, and when the clock was set: plans the next look. The job: looks. */
int reminder_plan(struct desk *d);
int reminder_due(struct desk *d, const char *key);
/* activity.c: "HOP Man De 25 3", how a form is sent from a village of this name. */
void activity_example(const struct form_def *def, const char *place, char *out, size_t size);

/* balance.c ----------------------------------------------------------------------------- */
/* "45.300d, han 12/12/2026", of a balance that was understood; size >= 64. */
void balance_text(const struct line_state *s, char *out, size_t size);

/* jobs.c ------------------------------------------------------------------------------- */
/* At start: the standing jobs. */
int jobs_start(struct desk *d);
/* Sets the jobs of the calendar anew: at start, after the clock or the settings have changed. */
int jobs_calendar(struct desk *d);
/* A standing job is due one period after it last ran (meta, service time), or at once. */
int job_standing(struct desk *d, const char *kind, const char *meta, int64_t period_ms);

/* The forms: 0 or a storage error; they set m->disposition and m->incident_id. ----------- */
int form_incident(struct msg *m);
int form_sos(struct msg *m);
int form_safe(struct msg *m);
int form_tip(struct msg *m);
int form_ack(struct msg *m);
int form_close(struct msg *m);
int form_onscene(struct msg *m);
int form_supplement(struct msg *m);
int form_correct(struct msg *m);
int form_cancel(struct msg *m);
int form_lookup(struct msg *m);
int form_checkin(struct msg *m);
int form_checkout(struct msg *m);
int form_activity(struct msg *m);
/* attend_fix.c */
int form_fix_in(struct msg *m);
int form_fix_out(struct msg *m);
int form_undo_in(struct msg *m);
int form_undo_out(struct msg *m);
int form_split(struct msg *m);
int form_call_out(struct msg *m);
int form_relay(struct msg *m);
int form_reopen(struct msg *m);
int form_help(struct msg *m);
int form_stop(struct msg *m);
int form_register(struct msg *m);
int form_my_data(struct msg *m);
int form_answer(struct msg *m);
int form_code(struct msg *m);
int form_none(struct msg *m);
int form_tip_total(struct msg *m);
int form_revoke(struct msg *m);
int form_not_built(struct msg *m);
/* Deletes invites that have run out. */
int register_daily(struct desk *d);
/* Finds the form in the table, checks the role, runs it. */
int dispatch(struct msg *m);

/* codes.c: the answer to a code for this user (NULL: the console, as a chief). */
int codes_answer(struct desk *d, const struct user *u, const struct meaning *m, char *out, size_t size);

#endif
