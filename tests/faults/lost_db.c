// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database is lost, again and again, at random moments of a mixed evening (reports, NHAN, XONG, SOS, tips, VAO):
 * the core is killed and the file deleted, overwritten, or put back as it was some time ago; each third time the
 * journal loses what was not synced, as by a power cut. The next start plays the journal again. Every incident that was
 * confirmed by then must stand there under its code, as far as it had come (after a cut: what was confirmed more than
 * two syncs before), none twice.
 *
 * usage: lost_db TINBAO [ROUNDS]    (12; the soak: 200). Exit 0 when all is so, 1 when not (the directory is then left
 * for a look), 2 when it could not be run.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"
#include "gateway/serve/control.h"

#include <sys/stat.h>

#define ENTRIES_MAX 20000
#define SYNC_MS 1000
#define CUT_MS (3 * SYNC_MS)    /* what was written longer ago is on the medium */
#define MARGIN_MS (2 * SYNC_MS) /* from an answer's way through the network to a phone */
#define SIZES 200
#define OFFICER "+84903000001"
#define STRANGERS 40

enum state { SENT, OPEN, ACKED, CLOSED };
enum loss { DELETED, OVERWRITTEN, OLDER, LOSSES };

struct entry {
    char phone[ADDRESS_SIZE], code[8], form[12];
    enum state state, wanted; /* confirmed, and asked for */
    int64_t at_ms;            /* of the last confirmation */
    bool gone;                /* lost with what was not synced, and allowed to */
};

struct town {
    struct rig rig;
    struct entry *entries;
    int n, asking; /* asking: the entry that the officer's last text was about, -1 none */
    int64_t asked_ms;
    struct {
        int64_t at_ms;
        off_t size;
        char path[600];
    } sizes[SIZES];
    int n_sizes;
    bool have_older;
    int rounds, lost, late_lost, doubled, regressed, strange, checked, by_loss[LOSSES], cuts;
    int64_t slowest_ms;
};

/* --- what the phones hear ---------------------------------------------------------------- */

static struct entry *waiting_of(struct town *t, const char *phone, const char *form)
{
    for (int i = t->n - 1; i >= 0; i--)
        if (t->entries[i].state == SENT && !t->entries[i].gone && !strcmp(t->entries[i].phone, phone) &&
            !strcmp(t->entries[i].form, form))
            return &t->entries[i];
    return NULL;
}

static struct entry *by_code(struct town *t, const char *code)
{
    for (int i = 0; i < t->n; i++)
        if (!t->entries[i].gone && !strcmp(t->entries[i].code, code))
            return &t->entries[i];
    return NULL;
}

static void confirm(struct entry *e, enum state s)
{
    if (!e || e->state >= s)
        return;
    e->state = s;
    e->at_ms = mono_ms();
}

static void heard(void *ctx, const struct air_sms *sms)
{
    static const struct {
        const char *says, *form;
    } firsts[] = {{"Da nhan vu ", "incident"}, {"Da nhan tin ", "tip"}, {"DA NHAN SOS ", "sos"}};
    struct town *t = ctx;
    char code[8];
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
        struct entry *e = NULL;
        size_t n = strlen(firsts[i].says);
        if (!strncmp(sms->text, firsts[i].says, n) && sscanf(sms->text + n, "%7[0-9]", code) == 1 && !by_code(t, code))
            e = waiting_of(t, sms->phone, firsts[i].form);
        if (e) {
            memcpy(e->code, code, sizeof(code));
            confirm(e, OPEN);
        }
    }
    if (sscanf(sms->text, "Ban da nhan vu %7[0-9]", code) == 1)
        confirm(by_code(t, code), ACKED);
    else if (sscanf(sms->text, "Da ghi vu %7[0-9] xong", code) == 1)
        confirm(by_code(t, code), CLOSED);
}

/* --- the evening ------------------------------------------------------------------------- */

/* Another SOS of the same phone is the same, and opens it again. */
static bool has_sos(const struct town *t, const char *phone)
{
    for (int i = 0; i < t->n; i++)
        if (!strcmp(t->entries[i].form, "sos") && !strcmp(t->entries[i].phone, phone) && t->entries[i].state < CLOSED)
            return true;
    return false;
}

/* A new text, by a phone that waits for none. */
static void say_something(struct town *t)
{
    char text[240];
    struct entry *e = &t->entries[t->n];
    unsigned kind = rig_random(&t->rig, 12), who = rig_random(&t->rig, RIG_SENDERS) + 1;
    if (t->n == ENTRIES_MAX)
        return;
    memset(e, 0, sizeof(*e));
    snprintf(e->phone, sizeof(e->phone), "+849120000%02u", who);
    if (kind == 0) {
        snprintf(e->form, sizeof(e->form), "sos");
        snprintf(text, sizeof(text), "SOS viec so %d.", t->n);
    } else if (kind <= 2) {
        snprintf(e->form, sizeof(e->form), "tip");
        snprintf(e->phone, sizeof(e->phone), "+849120002%02u", rig_random(&t->rig, STRANGERS));
        snprintf(text, sizeof(text), "TIN man de viec so %d.", t->n);
    } else if (kind == 3) {
        air_text(t->rig.air, e->phone, rig_random(&t->rig, 2) ? "VAO" : "RA");
        return;
    } else {
        snprintf(e->form, sizeof(e->form), "incident");
        snprintf(text, sizeof(text), "BC man de co bac viec so %d.%s", t->n,
                 kind < 10
                     ? ""
                     : " Ba con o day noi rang nhom nay tu tap da nhieu dem, on ao den sang, cho xe may day duong, "
                       "trong xom khong ai ngu duoc va cung khong ai dam noi gi ca");
    }
    if (waiting_of(t, e->phone, e->form) || (!kind && has_sos(t, e->phone)))
        return;
    t->n++;
    air_text(t->rig.air, e->phone, text);
}

/* NHAN of one that is open, XONG of one that is taken; one text of the officer at a time. */
static void work(struct town *t)
{
    char text[64];
    if (t->asking >= 0 && mono_ms() - t->asked_ms < 4000) {
        struct entry *e = &t->entries[t->asking];
        if (!e->gone && e->state < e->wanted)
            return;
    }
    t->asking = -1;
    for (int tries = 0; t->n && tries < 20; tries++) {
        int i = (int)rig_random(&t->rig, (uint32_t)t->n);
        struct entry *e = &t->entries[i];
        if (e->gone || e->state < OPEN || e->state == CLOSED)
            continue;
        if (e->state == OPEN)
            snprintf(text, sizeof(text), "NHAN %s", e->code);
        else
            snprintf(text, sizeof(text), "XONG %s da xu ly", e->code);
        e->wanted = e->state + 1;
        t->asking = i;
        t->asked_ms = mono_ms();
        air_text(t->rig.air, OFFICER, text);
        return;
    }
}

/* --- the journal's file ------------------------------------------------------------------ */

static bool newest_journal(const struct town *t, char *path, size_t size)
{
    char best[300] = "";
    DIR *d = opendir(t->rig.state);
    for (struct dirent *e; d && (e = readdir(d));)
        if (!strncmp(e->d_name, "journal-", 8) && strcmp(e->d_name, best) > 0)
            snprintf(best, sizeof(best), "%s", e->d_name);
    if (d)
        closedir(d);
    snprintf(path, size, "%s/%s", t->rig.state, best);
    return best[0] != '\0';
}

static void note_size(struct town *t)
{
    struct stat st;
    int i = t->n_sizes++ % SIZES;
    t->sizes[i].at_ms = mono_ms();
    t->sizes[i].size = 0;
    if (newest_journal(t, t->sizes[i].path, sizeof(t->sizes[i].path)) && stat(t->sizes[i].path, &st) == 0)
        t->sizes[i].size = st.st_size;
}

/* As a power cut leaves it: what was written CUT_MS ago is there, and a piece of what came after. */
static bool cut_journal(struct town *t, int64_t died_ms)
{
    char path[600];
    struct stat st;
    off_t kept = -1;
    if (!newest_journal(t, path, sizeof(path)) || stat(path, &st) != 0)
        return false;
    for (int i = 0; i < SIZES && i < t->n_sizes; i++)
        if (t->sizes[i].at_ms && t->sizes[i].at_ms <= died_ms - CUT_MS && !strcmp(t->sizes[i].path, path) &&
            t->sizes[i].size > kept)
            kept = t->sizes[i].size;
    if (kept < 0)
        return false;
    off_t more = st.st_size > kept ? (off_t)rig_random(&t->rig, (uint32_t)(st.st_size - kept) + 1) : 0;
    return truncate(path, kept + more) == 0;
}

/* --- the loss ---------------------------------------------------------------------------- */

static void database_path(const struct town *t, const char *tail, char *out, size_t size)
{
    snprintf(out, size, "%s/tinbao.db%s", t->rig.state, tail);
}

static void lose_database(struct town *t, enum loss how)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char path[300], older[300];
    database_path(t, "", path, sizeof(path));
    if (how == OVERWRITTEN) { /* and set aside, as one does with it */
        FILE *f = fopen(path, "r+e");
        for (int i = 0; f && i < 40000; i++)
            fputc((int)rig_random(&t->rig, 256), f);
        if (f)
            fclose(f);
        snprintf(older, sizeof(older), "%s/aside", t->rig.dir);
        (void)rename(path, older);
    }
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        database_path(t, tails[i], path, sizeof(path));
        unlink(path);
    }
    snprintf(older, sizeof(older), "%s/older", t->rig.dir);
    if (how == OLDER && rig_copy(older, t->rig.state, "tinbao.db") == 0) {
        database_path(t, "", path, sizeof(path));
        chmod(path, 0600);
    }
}

/* A copy as a backup is: of a database that is at rest. */
static int keep_older(struct town *t)
{
    char path[300];
    int status = rig_stop(&t->rig, 10000);
    database_path(t, "", path, sizeof(path));
    int rc = status ? -EPIPE : rig_copy(path, t->rig.dir, "older");
    t->have_older |= !rc;
    return rc ? rc : rig_start(&t->rig);
}

/* --- the count --------------------------------------------------------------------------- */

struct count {
    struct town *t;
    int *times;
};

static enum state state_of(const struct incident *in)
{
    return !strcmp(in->state, "open") ? OPEN : !strcmp(in->state, "acked") ? ACKED : CLOSED;
}

static int count_one(void *ctx, const struct incident *in)
{
    struct count *c = ctx;
    const char *at = strstr(in->text, "viec so ");
    int i = at ? atoi(at + 8) : -1;
    if (i < 0 || i >= c->t->n) {
        c->t->strange++;
        fprintf(stderr, "lost_db: an incident that nobody sent: %s %.60s\n", in->code, in->text);
        return 0;
    }
    if (++c->times[i] == 2) {
        c->t->doubled++;
        fprintf(stderr, "lost_db: %s twice: %.60s\n", in->code, in->text);
    }
    return 0;
}

/* safe_ms: what was confirmed before must be there. */
static void check_one(struct town *t, struct db *db, struct entry *e, int64_t safe_ms)
{
    struct incident in;
    int rc = incident_by_code(db, e->code, &in);
    bool there = rc == 0 && !strcmp(in.form, e->form);
    enum state got = there ? state_of(&in) : SENT;
    t->checked++;
    if (got >= e->state)
        return;
    if (e->at_ms >= safe_ms) {
        t->late_lost++;
        e->gone = !there;
        e->state = there ? got : e->state;
        return;
    }
    t->lost += !there;
    t->regressed += there;
    fprintf(stderr, "lost_db: %s (%s, %s) was at %d, is at %d, confirmed %lld ms before the loss\n", e->code, e->form,
            e->phone, e->state, got, (long long)(safe_ms - e->at_ms));
    e->gone = !there;
    e->state = there ? got : e->state;
}

static int compare(struct town *t, int64_t safe_ms)
{
    struct db *db = NULL;
    struct count c = {.t = t, .times = calloc((size_t)t->n + 1, sizeof(int))};
    int rc = c.times ? db_open(&db, t->rig.state, DB_READ) : -ENOMEM;
    if (!rc)
        rc = incident_each_between(db, 0, INT64_MAX, count_one, &c);
    for (int i = 0; !rc && i < t->n; i++) {
        struct entry *e = &t->entries[i];
        if (e->state >= OPEN && !e->gone)
            check_one(t, db, e, safe_ms);
        else if (e->state == SENT && !c.times[i] && !air_held(t->rig.air))
            e->gone = true; /* its confirmation never came, and it is nowhere: it was in the window */
    }
    db_close(db);
    free(c.times);
    return rc;
}

/* --- rounds ------------------------------------------------------------------------------ */

static void live(struct town *t, int64_t ms)
{
    for (int64_t until = mono_ms() + ms; mono_ms() < until;) {
        if (air_held(t->rig.air) < 20) {
            if (rig_random(&t->rig, 3))
                say_something(t);
            else
                work(t);
        }
        rig_run(&t->rig, 60 + rig_random(&t->rig, 100));
        note_size(t);
    }
}

/* Until what it has is read, and can be read by others. */
static int come_back(struct town *t)
{
    char answer[CONTROL_ANSWER_MAX];
    int64_t from_ms = mono_ms();
    int status;
    for (int calm = 0; calm < 5 && mono_ms() - from_ms < 60000;) {
        rig_run(&t->rig, 200);
        if (rig_ended(&t->rig, &status)) {
            fprintf(stderr, "lost_db: the service ended by itself, status %d\n", status);
            return -EPIPE;
        }
        calm = rig_drained(&t->rig) && ctlsock_ask(t->rig.state, "status", answer, sizeof(answer)) == 0 ? calm + 1 : 0;
    }
    int64_t ms = mono_ms() - from_ms;
    t->slowest_ms = ms > t->slowest_ms ? ms : t->slowest_ms;
    return ms < 60000 ? 0 : -ETIMEDOUT;
}

static int one_round(struct town *t, int i)
{
    enum loss how = (enum loss)(i % LOSSES);
    int rc = 0;
    if (how == OLDER && (!t->have_older || rig_random(&t->rig, 2)))
        rc = keep_older(t);
    if (rc)
        return rc;
    live(t, 2500 + rig_random(&t->rig, 4000));
    rig_kill_core(&t->rig);
    int64_t died_ms = mono_ms(), safe_ms = died_ms;
    if (i % 4 == 3 && cut_journal(t, died_ms)) {
        safe_ms = died_ms - CUT_MS - MARGIN_MS;
        t->cuts++;
    }
    lose_database(t, how);
    t->by_loss[how]++;
    t->n_sizes = 0;
    memset(t->sizes, 0, sizeof(t->sizes));
    rc = rig_start(&t->rig);
    if (!rc)
        rc = come_back(t);
    return rc ? rc : compare(t, safe_ms);
}

static int set_up(struct town *t, const char *tinbao)
{
    struct air_events ev = {.ctx = t, .arrived = heard};
    int rc = rig_open(&t->rig, tinbao, 1, 30, 100);
    t->entries = calloc(ENTRIES_MAX, sizeof(*t->entries));
    t->asking = -1;
    if (!rc)
        rc = t->entries ? air_listen(t->rig.air, &ev) : -ENOMEM;
    FILE *f = rc ? NULL : fopen(t->rig.config, "ae");
    if (!f)
        return rc ? rc : -EIO;
    fprintf(f, "journal : { sync_s = %d; };\nunknown_replies_per_hour = 60;\nunknown_replies_all_per_hour = 1000;\n",
            SYNC_MS / 1000);
    return fclose(f) ? -EIO : rig_start(&t->rig);
}

int main(int argc, char **argv)
{
    static struct town t;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: lost_db TINBAO [ROUNDS]\n");
        return 2;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : 12;
    log_setup("lost_db", LOG_ERR_, false);
    signal(SIGPIPE, SIG_IGN);
    if (rounds < 1 || set_up(&t, argv[1])) {
        fprintf(stderr, "lost_db: can not be set up\n");
        return 2;
    }
    int rc = come_back(&t);
    for (; !rc && t.rounds < rounds; t.rounds++)
        rc = one_round(&t, t.rounds);
    int status = rig_stop(&t.rig, 10000);
    int confirmed = 0;
    for (int i = 0; i < t.n; i++)
        confirmed += t.entries[i].state >= OPEN;
    bool good = !rc && status == 0 && t.rounds == rounds && confirmed > rounds && !t.lost && !t.regressed &&
                !t.doubled && !t.strange;
    printf("lost_db: %d losses (%d deleted, %d overwritten, %d put back older; the journal cut %d times), %d texts, %d "
           "confirmed, %d looked up, %d lost, %d behind, %d doubled, %d of nobody, %d within the window, back in %.1f "
           "s at "
           "most, exit %d: %s\n",
           t.rounds, t.by_loss[DELETED], t.by_loss[OVERWRITTEN], t.by_loss[OLDER], t.cuts, t.n, confirmed, t.checked,
           t.lost, t.regressed, t.doubled, t.strange, t.late_lost, (double)t.slowest_ms / 1000, status,
           good ? "good" : "NOT GOOD");
    printf("fault: storage lost-database: %s, recovered in %.1f s: %d of %d incidents lost or behind, %d doubled\n",
           good ? "ok" : "FAILED", (double)t.slowest_ms / 1000, t.lost + t.regressed, t.checked, t.doubled);
    rig_close(&t.rig, !good);
    free(t.entries);
    return good ? 0 : 1;
}
