// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a part to a settled message. Every message ends with one of these dispositions, kept
 * in its row:
 *
 *   report tip sos safe ack close onscene supplement lookup checkin checkout help stop code
 *                  what its form asked for was done
 *   attendance_fixed (SUA VAO, SUA RA, HUY VAO, HUY RA)
 *   correct cancel answer asked activity joined split call_out relay reopen
 *   register my_data menu
 *   revoke         KHOA: a second one must say so too; revoked: that phone is locked now
 *   invite_bad     DK without an invite that counts; he was told, or silenced after five in a day
 *   same           the same report again within minutes: nothing done twice
 *   acted_already  NHAN or XONG for what is taken or closed already
 *   refused        the sender's role or places do not allow it; he was told
 *   code_bad       no code, a wrong check digit, or no such incident; he was told
 *   not_built      a form this version keeps and can not yet act on; he was told
 *   answer_none    a digit, and no question is open
 *   unclear        a place or a kind without a form, or parts without the first: duty desk told
 *   duty_list      chatter, for the duty desk's daily list, in silence
 *   machine        advertising, one-time passwords, short codes: silence
 *   late           a part that came after its message was handled: a supplement
 *   call           a missed call; a team member's is checkin or checkout
 *   corrupt        octets that are no text
 *   binary         data for a program, as a WAP push: silence
 *   silent         a type 0 message: silence
 *   failed         it could not be handled; the cause is in the log
 */
#ifndef TB_DESK_INTAKE_H
#define TB_DESK_INTAKE_H

#include "gateway/desk/desk.h"

/* The job that handles an incomplete message as it is. key: the group's key in hex. */
int intake_incomplete(struct desk *d, const char *key);

#endif
