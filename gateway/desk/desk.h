// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The desk: what the service does with what came in. Called by serve (and by the bench);
 * it never touches a line, a socket or the system's clock. Every call that changes
 * something runs inside the caller's transaction and writes its effects as rows: incident,
 * audit, outbox, job. Nothing of it survives a rollback.
 *
 * Errors: only storage errors come out (-ENOSPC, -EIO, -EBUSY, -ENOMEM). Bad input is a
 * disposition, not an error.
 */
#ifndef TB_DESK_DESK_H
#define TB_DESK_DESK_H

#include "config/config.h"
#include "gateway/base/clock.h"
#include "gateway/base/sms.h"
#include "gateway/desk/now.h"
#include "store/db.h"
#include "store/duty.h"
#include "store/outbox.h"

struct desk; /* owned by the caller of desk_new */

/* Compiles the vocabulary, checks the texts, loads service time and the users. The database
 * must be open for writing and the roster synced before (user_sync). Config, db and clock
 * must outlive the desk. NULL: problems say why. */
struct desk *desk_new(struct db *db, const struct config *cfg, const struct clock *clock, struct problems *p);
void desk_free(struct desk *d);
/* Takes over a new config (SIGHUP): the old one may be freed afterwards. -EINVAL: problems
 * say why and the old one stays. */
int desk_reload(struct desk *d, const struct config *cfg, struct problems *p);
struct now desk_now(const struct desk *d);
/* Stores service time for the next start, in the caller's transaction. */
int desk_save_time(struct desk *d);
/* The same text, for the journal; size >= SERVICE_TEXT_SIZE. */
void desk_time_text(const struct desk *d, char *out, size_t size);
/* Once at start, in a transaction: recovers rows that were under way, sets standing jobs. */
int desk_start(struct desk *d);

/* A part that a line handed over. 0: kept (also when it was known already): the line may
 * delete it once the transaction is committed. One message that can not be handled is kept
 * and marked 'failed', it does not poison its batch (when careful, see below). */
int desk_part(struct desk *d, const char *line, const struct sms_part *part);
/* Careful (so it begins): each message has a savepoint, which costs a sixth of its time. Off: any
 * error of desk_part may come out; the caller rolls back and repeats with care. */
void desk_careful(struct desk *d, bool on);
/* After a rollback: what is remembered of the tables is read again. */
int desk_rolled_back(struct desk *d);
/* A missed call; number "" = withheld. */
int desk_call(struct desk *d, const char *line, const char *number);
/* Has the wall clock jumped, or the config changed, since the jobs of the calendar were planned? Then
 * desk_calendar() plans them anew. */
bool desk_calendar_moved(const struct desk *d);
int desk_calendar(struct desk *d);
/* Runs one due job and settles it (done, or moved). */
int desk_job(struct desk *d, const struct job *job);
/* The second look at alerts, independent of the jobs that repeat them: the alarms it raised, or an
 * error; and the service time of the next one. */
int desk_overseer(struct desk *d);
int64_t desk_overseer_next(const struct desk *d);
/* A delivery report of a line. */
int desk_report(struct desk *d, const char *line, int ref, const char *number, bool delivered);
/* A report that says: not yet, the phone is off or out of reach; the network goes on trying. */
int desk_away(struct desk *d, const char *line, int ref, const char *number);
/* A row that was given up: it could not be sent. */
int desk_unsent(struct desk *d, int64_t outbox_id);
/* The network refuses what this line sends (CMS code; barred: this SIM, not the network as a whole), again and
 * again; and the first text that it took after a refusal or a start. */
int desk_refused(struct desk *d, const char *line, int cms, bool barred);
int desk_sends(struct desk *d, const char *line);
/* What a line says of itself, or that it went up or down: kept, and told when it matters. */
int desk_line(struct desk *d, const struct line_state *s);
/* The answer to the balance query of a line (result as in struct line_ussd). */
int desk_balance(struct desk *d, const char *line, int result, const char *text);
/* Must the balance be asked now? The USSD code for this operator, or NULL. */
const char *desk_balance_code(const struct desk *d, const char *operator_code);

/* The row is about to go to a line: may it, by the budget? Then it is counted; else it was held or dropped
 * here. In the transaction that marks it. */
int desk_may_send(struct desk *d, const struct outbox_row *row, bool *may);
/* It surely was not sent (priority, user_id, party_id are read): it does not count. */
int desk_not_sent(struct desk *d, const struct outbox_row *row);
/* The number to send a row to: 0, or -ENOENT when it was erased or the user is gone. */
int desk_recipient(struct desk *d, const struct outbox_row *row, char *number, size_t size);
/* A supervisor's code at the console (`tinbao code '*1#'`), as the chief would get it. Reads
 * only. 0 or -EINVAL when it is no code. */
int desk_code(struct desk *d, const char *code, char *out, size_t size);

/* The menu over a USSD front: phone as the network gives it, text all inputs so far joined by '*' ("" at
 * first). out gets a screen of at most `limit` characters, without CON or END; *end: it is the last one.
 * Who may not ask gets a last word. Reads incidents, changes none. Outside a transaction. 0; 1 when rows
 * were written (a wrong PIN was counted, the duty desk may be told): the sender has work; or a storage
 * error. size >= 600. Text may hold a PIN: it is not to be logged. */
int desk_session(struct desk *d, const char *phone, const char *text, size_t limit, char *out, size_t size, bool *end);
/* The same at the console, as the chief would see it; id tells sessions apart. */
int desk_console(struct desk *d, const char *id, const char *text, char *out, size_t size, bool *end);

/* An invite of the console: what is "DAYS ROLE PLACES NAME", places joined by commas or "-". out gets
 * the digits to tell the person; after -EINVAL, why. Inside the caller's transaction. */
int desk_invite(struct desk *d, const char *what, char *out, size_t size);
/* A lost phone, by PHONE or NAME: it has no rights any more; and one that is found, by PHONE. Inside a transaction.
 * 0 with what was done in out, -EINVAL with the reason, or a storage error: then desk_rolled_back. */
int desk_revoke(struct desk *d, const char *what, char *out, size_t size);
int desk_restore(struct desk *d, const char *what, char *out, size_t size);

/* The texts the desk needs, checked against the config's messages (used by `tinbao check`
 * too, which has no database). */
void texts_check(const struct config *cfg, struct problems *p);
/* vocab_new over a config, problems to the sink (parse, check, desk_new). */
struct vocab;
struct vocab *desk_vocab(const struct config *cfg, struct problems *p);

#endif
