// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the world outside hears: events for webhooks, mails. Rows of the delivery table, written
 * in the caller's transaction; nothing is written for which nothing is configured. An event is
 *
 *   {"type":"incident.created","timestamp":"2026-11-12T21:05:00+07:00","data":{...}}
 *
 * with, in data, of an incident: code, kind, place, place_name, severity, state, unverified, text
 * (numbers masked), for those acted on `by` (a role, never a name). Of a tip only its code; of a
 * restricted kind only its code, and only to webhooks with restricted = true. Phones of users of
 * the service (reporter_phone, by_phone) only with numbers = true; nobody else's, ever.
 */
#ifndef TB_DESK_EVENT_H
#define TB_DESK_EVENT_H

#include "gateway/desk/desk.h"
#include "store/delivery.h"
#include "store/incident.h"

#include <stdbool.h>

/* what: "created", "acked", "closed", "cancelled", "escalated", "reopened", "changed". The type is
 * incident.WHAT or sos.WHAT by the form (an SOS that comes in: sos.raised, its ANTOAN: sos.safe); of a
 * tip there is tip.received alone. by: the user who did it, 0 = the service or no user. */
int event_incident(struct desk *d, const char *what, const struct incident *in, int64_t by);
/* The same by id, read anew: for callers whose record is from before the change. */
int event_incident_id(struct desk *d, const char *what, int64_t incident_id, int64_t by);
/* An incident became restricted: what still waits about it is withdrawn. */
int event_withdraw(struct desk *d, int64_t incident_id);
/* line.down, line.up, sim.failed …: name of the line, plain words. */
int event_line(struct desk *d, const char *type, const char *line, const char *text);
/* A digest: period "night", "week", "month"; text as its SMS parts say it, joined by \n. id: stable, of
 * the digest ("night-2026-11-12"), so that one digest is one event however often it is built. */
int event_digest(struct desk *d, const char *id, const char *period, const char *text);
/* service.alive, service.test. */
int event_service(struct desk *d, const char *type);

/* A mail to everyone in mail.to: 0 also when mail is not configured. subject and body: UTF-8, lines
 * end in \n; numbers in them are masked. event_id: stable and without blanks ("digest-2026-11-12"); the
 * same one again is no second mail. NULL: drawn at random. */
int mail_queue(struct desk *d, const char *subject, const char *body, const char *event_id);
/* Does anybody get digests by mail, or by webhook? (Whoever builds them may save himself the trouble.) */
bool mail_wants_digests(const struct desk *d);
bool event_wants(const struct desk *d, const char *type);

#endif
