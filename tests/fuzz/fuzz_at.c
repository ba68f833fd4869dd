// SPDX-License-Identifier: GPL-2.0-or-later
/* The AT engine against any client: octets go to it as they are, but for 0xFB..0xFF, which
 * are a text, a call, the next fault, deliveries and a power cycle from the other side. */
#include "gateway/base/clock.h"
#include "gateway/line/vmodem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_put(void *ctx, const char *p, size_t n)
{
    size_t *total = ctx;
    for (size_t i = 0; i < n; i++)
        *total += (unsigned char)p[i] != 0; /* every octet is read */
}

static void event_of(struct air *a, struct clock *clock, uint8_t what)
{
    static const char *const faults[] = {"garbage",  "no-echo",      "unknown-urc", "cms=38",
                                         "sim-full", "delete-fails", "mute",        "ok"};
    static const unsigned n_faults = sizeof faults / sizeof faults[0];
    if (what == 0xFB)
        air_text(a, "+84912000001",
                 "BC Mạn Đê trộm, một tin dài hơn một phần, để có hai phần trong máy, thế là đủ rồi");
    else if (what == 0xFC)
        air_ring(a, "+84912000001");
    else if (what == 0xFD)
        air_fault_set(a, faults[(size_t)clock_boot_ms(clock) % n_faults]);
    else if (what == 0xFE)
        air_reachable(a, "+84910000001", clock_boot_ms(clock) % 2);
    else
        air_fault_set(a, "power-cycle");
    clock_advance(clock, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t total = 0;
    struct clock *clock = clock_new_manual(1794492300000, 0);
    struct air *a = air_new(clock, "+84912999999", 4, 2);
    struct at_engine *e = at_new(a, on_put, &total);
    if (!clock || !a || !e)
        abort();
    at_store_reports(e, size > 0 && data[0] & 1);
    at_sim_pin(e, size > 1 && data[1] & 1 ? "1234" : "");
    for (size_t i = 0; i < size; i++) {
        if (data[i] >= 0xFB)
            event_of(a, clock, data[i]);
        else
            at_input(e, (const char *)data + i, 1);
    }
    at_free(e);
    air_free(a);
    clock_free(clock);
    return 0;
}
