// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of keys of the group `backup`. Called by the loader; plain data. */
#include "config/keys.h"

#include "config/backup.h"
#include "config/config.h"
#include "config/load.h"
#include "gateway/base/err.h"

static const char *wrong_dir(const char *v)
{
    return !*v || *v == '/' ? NULL : "write the whole path, /media/usb/tinbao; it must be there (mkdir it)";
}

static const char *wrong_at(const char *v)
{
    return config_minutes(v) < 0 ? "a time of day is written 03:30" : NULL;
}

#define MEMBER(member)                                                                                                 \
    .offset = offsetof(struct backup_config, member), .size = sizeof(((struct backup_config *)0)->member)

static const struct key backup_keys[] = {
    {.name = "every_night",
     .type = KEY_BOOL,
     .def = "true",
     .live = true,
     .offset = offsetof(struct backup_config, every_night),
     .what = "a backup each night by itself, and a restore test each week"},
    {.name = "dir",
     .type = KEY_STR,
     .def = "",
     .wrong = wrong_dir,
     .live = true,
     MEMBER(dir),
     .what = "where backups are kept; none: the folder backup of the state directory"},
    {.name = "at",
     .type = KEY_STR,
     .min = 1,
     .def = "03:30",
     .wrong = wrong_at,
     .live = true,
     MEMBER(at),
     .what = "the backup of the night"},
    {.name = "keep_days",
     .type = KEY_INT,
     .unit = "days",
     .min = 1,
     .max = 60,
     .def = "7",
     .live = true,
     .offset = offsetof(struct backup_config, keep_days),
     .what = "the last backup of each day is kept for"},
    {.name = "keep_weeks",
     .type = KEY_INT,
     .unit = "weeks",
     .min = 0,
     .max = 60,
     .def = "4",
     .live = true,
     .offset = offsetof(struct backup_config, keep_weeks),
     .what = "the last backup of each week is kept for"},
};

struct key_table keys_of_backup(void)
{
    return (struct key_table){backup_keys, ARRAY_LEN(backup_keys)};
}
