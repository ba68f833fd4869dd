// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets for targets: a good one of some type, and pieces of the input laid over it, so that a few
 * octets of input reach every field of a struct of kilobytes. A piece is: offset (2 octets, little
 * endian), length (1 octet), octets; the length 0 cuts or pads the packet to `offset` octets.
 */
#ifndef TB_FUZZ_OVERLAY_H
#define TB_FUZZ_OVERLAY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The packet's length afterwards; size: room at p. */
static inline size_t overlay(void *p, size_t n, size_t size, const uint8_t *data, size_t left)
{
    while (left >= 3) {
        size_t at = data[0] | (size_t)data[1] << 8, len = data[2];
        data += 3;
        left -= 3;
        len = len < left ? len : left;
        if (len == 0 && at <= size)
            n = at;
        if (len && at + len <= size)
            memcpy((uint8_t *)p + at, data, len);
        data += len;
        left -= len;
    }
    return n;
}

/* The octets of one packet in an input of many: its length comes first (2 octets). */
static inline size_t overlay_next(const uint8_t **data, size_t *left, const uint8_t **from)
{
    if (*left < 2)
        return 0;
    size_t n = (*data)[0] | (size_t)((*data)[1] & 3) << 8;
    *data += 2;
    *left -= 2;
    n = n < *left ? n : *left;
    *from = *data;
    *data += n;
    *left -= n;
    return n;
}

#endif
