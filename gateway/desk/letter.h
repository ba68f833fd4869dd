// SPDX-License-Identifier: GPL-2.0-or-later
/* A message on its way in, before it is understood: what intake.c and letter.c share. */
#ifndef TB_DESK_LETTER_H
#define TB_DESK_LETTER_H

#include "gateway/desk/room.h"

/* What a message is made of before it is understood. */
struct letter {
    const char *line, *sender;
    char *text; /* SMS_TEXT_MAX */
    int64_t smsc_ms;
    struct part_row *single;  /* a single part, not yet written */
    const uint8_t *group_key; /* or the group whose parts it takes */
    struct sms_part masked;   /* the single part without a PIN, or a tip's words */
    int64_t tip_id;           /* it is a tip of this party's */
};

/* intake.c: the sender of a message; the text of one part; the row of a message and the link of its parts; the parts
 * keep what the message keeps ("" or a changed text); a message inside a batch. */
void letter_sender(struct msg *m, const char *sender);
int letter_text(const struct sms_part *p, char *text, size_t size);
int letter_row(struct msg *m, struct letter *l, const char *form, const char *disposition, int64_t key);
int letter_follow(struct desk *d, struct letter *l, const char *text);
int letter_handle(struct desk *d, struct letter *l);

/* letter.c: a text that may be a tip, sealed if tips are (word stands for it then, OUT_SIZE); parts without the first;
 * a part that comes after its message was handled. */
int letter_unread(struct msg *m, struct letter *l, const char *what, char *word);
int letter_headless(struct desk *d, struct letter *l);
int letter_late(struct desk *d, struct part_row *r, int64_t message_id);

#endif
