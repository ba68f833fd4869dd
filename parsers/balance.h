// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an operator says of a prepaid balance, in its own words: "TKG: 45.300d, HSD: 12/12/2026",
 * "Tai khoan chinh cua Quy khach la 12,500 dong". The main account counts, promotions do not. Pure.
 */
#ifndef TB_PARSERS_BALANCE_H
#define TB_PARSERS_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

struct balance {
    bool has_dong, has_date;
    int64_t dong;         /* of the main account */
    int year, month, day; /* its last day */
};

/* Reads UTF-8; what is not found is not set. True when the amount was found. */
bool balance_read(const char *text, struct balance *out);

#endif
