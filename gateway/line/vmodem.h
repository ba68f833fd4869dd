// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual modem: the AT side of the air on a pty. It runs on the caller's libevent
 * base, so that `tinbao modem`, `tinbao play --modem` and tests host it alike.
 */
#ifndef TB_LINE_VMODEM_H
#define TB_LINE_VMODEM_H

#include "gateway/line/air.h"

struct event_base;
struct vmodem;

/* What AT+CGMI and AT+CGMM say: how a virtual modem is known from a real one. */
#define VMODEM_MAKER "tinbao"
#define VMODEM_MODEL "virtual modem"

/* Opens a pty and answers on it. `link` (may be NULL): a symlink kept pointing to the pty,
 * removed while unplugged. -> NULL with errno. Owned by the caller. */
struct vmodem *vmodem_new(struct event_base *base, struct air *air, const char *link);
void vmodem_free(struct vmodem *m);
/* The path to open: link if given, else /dev/pts/N; "" while unplugged. */
const char *vmodem_path(const struct vmodem *m);
/* Commands answered so far, for the bench. */
uint64_t vmodem_commands(const struct vmodem *m);
/* No command in progress and no unsolicited line waiting to go out. */
bool vmodem_quiet(const struct vmodem *m);
/* From the next power-up on (now, if at once) the SIM asks for this PIN; "" asks none. Three
 * wrong ones and it asks for the PUK. -EINVAL for other than 4 to 8 digits. */
int vmodem_sim_pin(struct vmodem *m, const char *pin);
/* Another SIM, by its ICCID (19 or 20 digits) and PIN (NULL: it asks for the PUK), and a modem that
 * starts with it; -EINVAL. */
int vmodem_sim(struct vmodem *m, const char *iccid, const char *pin);
/* PINs that were tried since it was made, right and wrong. */
int vmodem_pin_asked(const struct vmodem *m);
/* On: +CPINR tells how many tries are left (off: ERROR, as most modems say). */
void vmodem_tells_tries(struct vmodem *m, bool on);
/* Off: delivery reports come as +CDS. On: the modem offers <ds>=2 too, which libgammu then
 * takes, and a report is stored in a slot and told with +CDSI (3GPP TS 27.005 3.4.1). */
void vmodem_store_reports(struct vmodem *m, bool on);

/* The pure AT engine, for its fuzzer and unit tests: octets in, octets out through `put`. */
struct at_engine;
struct at_engine *at_new(struct air *air, void (*put)(void *ctx, const char *p, size_t n), void *ctx);
void at_free(struct at_engine *e);
void at_input(struct at_engine *e, const char *p, size_t n);
uint64_t at_commands(const struct at_engine *e);
/* In command state, the line empty, no unsolicited line waiting. */
bool at_quiet(const struct at_engine *e);
/* Power-up: settings as delivered, input forgotten, unsolicited lines dropped. */
void at_reset(struct at_engine *e);
/* The start is over: it says RDY and SMS Ready, as modems do that nobody asked. */
void at_booted(struct at_engine *e);
int at_sim_pin(struct at_engine *e, const char *pin);
int at_sim(struct at_engine *e, const char *iccid, const char *pin);
int at_pin_asked(const struct at_engine *e);
void at_tells_tries(struct at_engine *e, bool on);
void at_store_reports(struct at_engine *e, bool on);

#endif
