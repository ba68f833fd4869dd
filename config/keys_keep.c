// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of the groups `tips` and `retention`. Called by config/keep.c; plain data. */
#include "config/keys.h"

#include "config/keep.h"
#include "gateway/base/err.h"

#define DAYS_MAX 36500

static const char *wrong_key(const char *v)
{
    uint8_t key[TIPKEY_SIZE];
    return !*v || tipkey_read(v, key) == 0
               ? NULL
               : "it is no public key, or was mistyped: 'tinbao tips --make-key FILE' prints the line to put here";
}

static const struct key tips_keys[] = {
    {.name = "seal_to",
     .type = KEY_STR,
     .def = "",
     .wrong = wrong_key,
     .what = "the public key that texts of tips are sealed to; tinbao tips --make-key makes one",
     .offset = offsetof(struct tips_config, seal_to),
     .size = sizeof(((struct tips_config *)0)->seal_to)},
};

struct key_table keys_of_tips(void)
{
    return (struct key_table){tips_keys, ARRAY_LEN(tips_keys)};
}

#define DAYS(member, least, def_, what_)                                                                               \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = "days", .min = (least), .max = DAYS_MAX, .def = (def_),              \
        .what = (what_), .offset = offsetof(struct retention_config, member)                                           \
    }

static const struct key retention_keys[] = {
    DAYS(idle_days, 0, "7", "texts of chatter and machines, and octets that were no text"),
    DAYS(messages_days, 0, "90", "texts of messages that were handled"),
    DAYS(parts_days, 0, "30", "the same as they came, in parts"),
    DAYS(part_rows_days, 0, "400", "by which a part is known again that the SIM still has"),
    DAYS(questions_days, 0, "30", "what was asked back"),
    DAYS(outbox_days, 0, "30", "texts that went out"),
    DAYS(deliveries_days, 1, "30", "webhooks and mails that went out"),
    DAYS(numbers_days, 0, "90", "sealed numbers of unknown senders (of tips: tip_number_days)"),
    DAYS(tips_days, 0, "365", "texts of tips, sealed or not"),
    DAYS(incidents_days, 0, "1826", "words and people of incidents that are closed; what is counted stays"),
    DAYS(attendance_days, 0, "1826", "attendance, patrols and shifts"),
    DAYS(activities_days, 0, "1826", "HOP, LOA, TOT and the like"),
    DAYS(audit_days, 0, "1826", "the audit"),
};

struct key_table keys_of_retention(void)
{
    return (struct key_table){retention_keys, ARRAY_LEN(retention_keys)};
}
