// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The air: making, listening, faults, calls and USSD. The storages are in air_store.c, the
 * phones in air_phone.c, splitting of texts in air_text.c. Called by the virtual modem, the
 * player and tests. What can go wrong: no memory; listeners may call back into the air, so
 * every event is raised after the state has been changed.
 */
#include "gateway/line/air_priv.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

struct air *air_new(const struct clock *clock, const char *own, int sm, int me)
{
    struct air *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->clock = clock;
    a->held_end = &a->held;
    if (str_copy(a->own, sizeof a->own, own ? own : "") || air_bank_init(&a->bank[AIR_SM], AIR_SM, sm) ||
        air_bank_init(&a->bank[AIR_ME], AIR_ME, me)) {
        air_free(a);
        return NULL;
    }
    return a;
}

void air_free(struct air *a)
{
    if (!a)
        return;
    while (a->held) {
        struct air_wait *next = a->held->next;
        free(a->held);
        a->held = next;
    }
    air_phones_free(a);
    air_bank_free(&a->bank[AIR_SM]);
    air_bank_free(&a->bank[AIR_ME]);
    free(a);
}

int air_listen(struct air *a, const struct air_events *ev)
{
    if (a->n_listeners == AIR_LISTENERS)
        return -ENOSPC;
    a->listener[a->n_listeners++] = *ev;
    return 0;
}

void air_unlisten(struct air *a, const void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].ctx != ctx)
            a->listener[kept++] = a->listener[i];
    a->n_listeners = kept;
}

void air_tell_stored(struct air *a, enum air_mem mem, int index)
{
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].stored)
            a->listener[i].stored(a->listener[i].ctx, mem, index);
}

void air_tell_report(struct air *a, uint8_t ref, const char *number, uint8_t status)
{
    int64_t at_ms = air_stamp_ms(a);
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].report)
            a->listener[i].report(a->listener[i].ctx, ref, number, status, at_ms);
}

void air_tell_arrived(struct air *a, const struct air_sms *sms)
{
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].arrived)
            a->listener[i].arrived(a->listener[i].ctx, sms);
}

void air_report(struct air *a, uint8_t ref, const char *number, uint8_t tp_status)
{
    air_tell_report(a, ref, number, tp_status);
}

const char *air_own(const struct air *a)
{
    return a->own;
}

int64_t air_now_ms(const struct air *a)
{
    return clock_now_ms(a->clock);
}

int64_t air_stamp_ms(const struct air *a)
{
    int64_t now = clock_now_ms(a->clock);
    return now - now % 1000;
}

int air_ring(struct air *a, const char *from)
{
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].ring)
            a->listener[i].ring(a->listener[i].ctx, from);
    return 0;
}

static const struct {
    const char *name;
    enum air_fault fault;
} fault_names[] = {
    {"ok", FAULT_NONE},
    {"mute", FAULT_MUTE},
    {"garbage", FAULT_GARBAGE},
    {"no-echo", FAULT_NO_ECHO},
    {"unknown-urc", FAULT_UNKNOWN_URC},
    {"sim-full", FAULT_SIM_FULL},
    {"delete-fails", FAULT_DELETE_FAILS},
    {"unplug", FAULT_UNPLUG},
    {"power-cycle", FAULT_POWER_CYCLE},
    {"slow", FAULT_SLOW},
    {"no-answer", FAULT_NO_ANSWER},
    {"slot-replaced", FAULT_SLOT_REPLACED},
    {"wrong-storage", FAULT_WRONG_STORAGE},
    {"brownout", FAULT_BROWNOUT},
    {"no-network", FAULT_NO_NETWORK},
    {"no-credit", FAULT_NO_CREDIT},
};

static int fault_from(const char *name, enum air_fault *fault, int *cms)
{
    *cms = 0;
    if (!strncmp(name, "cms=", 4)) {
        char *end;
        long v = strtol(name + 4, &end, 10);
        if (end == name + 4 || *end || v < 1 || v > 999)
            return -EINVAL;
        *fault = FAULT_CMS;
        *cms = (int)v;
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(fault_names); i++)
        if (!strcmp(fault_names[i].name, name)) {
            *fault = fault_names[i].fault;
            return 0;
        }
    return -EINVAL;
}

int air_fault_set(struct air *a, const char *name)
{
    enum air_fault fault;
    int cms;
    if (fault_from(name, &fault, &cms))
        return -EINVAL;
    a->fault = fault == FAULT_POWER_CYCLE ? FAULT_NONE : fault;
    a->cms = cms;
    for (size_t i = 0; i < a->n_listeners; i++)
        if (a->listener[i].fault)
            a->listener[i].fault(a->listener[i].ctx, fault, cms);
    air_pump(a);
    return 0;
}

enum air_fault air_fault_now(const struct air *a, int *cms)
{
    if (cms)
        *cms = a->cms;
    return a->fault;
}

int air_ussd(struct air *a, const char *code, char *out, size_t size)
{
    static const struct {
        const char *code, *answer;
    } answers[] = {
        {"*101#", "TK goc 50000d, su dung den 31/12/2027. TK khuyen mai: 100 SMS noi mang."},
        {"*111#", "Goi cuoc SMS100, con 100 tin."},
    };
    if (a->fault == FAULT_NO_CREDIT && !strcmp(code, "*101#"))
        return str_copy(out, size, "TK goc 0d, su dung den 31/12/2027. Quy khach vui long nap tien.");
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        if (!strcmp(answers[i].code, code))
            return str_copy(out, size, answers[i].answer);
    return -ENOENT;
}
