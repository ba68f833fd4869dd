// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libgammu child against the virtual modem: the contract of line.h in good times.
 * usage: line_gammu [CASE...]; without a name all run. Exit 0 when the contract held.
 */
#include "tests/faults/line_rig.h"

/* What a slot held last is what the next one may hold: every kind of text in one go. */
static void case_reads(void)
{
    static const char *const texts[] = {"BC man de trom mat xe",
                                        "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà",
                                        "^{}\\[~]|€ end@",
                                        "Báo cáo: Mạn Đê mất trộm xe wave lúc 2h sáng",
                                        "emoji 😀 và chữ đ",
                                        "1",
                                        "`",
                                        "\n two\nlines"};
    struct rig r;
    char got[SMS_TEXT_MAX];
    rig_open(&r, 20, 10);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        NEED(air_text(r.air, i % 2 ? "VIETTEL" : ALICE, texts[i]) == 0);
    int64_t now = clock_now_ms(r.clock);
    up(&r);
    WAIT(&r, 5000, r.n_gone == ARRAY_LEN(texts));
    NEED(used(&r) == 0 && r.n_parts == ARRAY_LEN(texts) && r.n_stuck == 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        text_of(&r.parts[i], got, sizeof got);
        if (strcmp(got, texts[i]) || strcmp(r.parts[i].sender, i % 2 ? "VIETTEL" : ALICE)) {
            fprintf(stderr, "text %zu: '%s' from '%s'\n", i, got, r.parts[i].sender);
            fail(__FILE__, __LINE__, "the text as it was sent");
        }
        NEED(r.parts[i].smsc_ms > now - 3000 && r.parts[i].smsc_ms <= now + 1000 && !r.parts[i].corrupt);
    }
    rig_close(&r);
}

static void case_latency(void)
{
    struct rig r;
    int64_t worst = 0, sum = 0;
    rig_open(&r, 20, 10);
    r.poll_s = 3600;
    up(&r);
    WAIT(&r, 10000, r.n_status > 0);
    sync_line(&r);
    for (size_t i = 0; i < 100; i++) {
        int64_t t0 = mono_us();
        NEED(air_text(r.air, ALICE, "VAO") == 0);
        WAIT(&r, 3000, r.n_parts == i + 1);
        int64_t us = r.part_at_us - t0;
        sum += us;
        worst = us > worst ? us : worst;
        WAIT(&r, 3000, r.n_gone == i + 1);
    }
    printf("  +CMTI to LINE_PART: mean %lld us, worst %lld us\n", (long long)sum / 100, (long long)worst);
    NEED(used(&r) == 0);
    rig_close(&r);
}

static void fill_mixed(struct rig *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sms_part p;
        char text[64];
        memset(&p, 0, sizeof p);
        snprintf(text, sizeof text, i % 3 ? "BC man de trom so %zu" : "BC Mạn Đê trộm số %zu", i);
        NEED(str_copy(p.sender, sizeof p.sender, i % 2 ? ALICE : BINH) == 0);
        p.smsc_ms = 1790000000000;
        p.total = p.seq = 1;
        if (i % 5 == 0) {
            p.ref_bits = i % 2 ? 16 : 8;
            p.ref = (uint16_t)(i % 200);
            p.total = 5;
            p.seq = (uint8_t)(i % 5 + 1);
        }
        p.coding = i % 3 ? SMS_GSM7 : SMS_UCS2;
        int k = utf8_to_utf16be(text, p.body, sizeof p.body);
        NEED(k > 0);
        p.body_len = (uint16_t)k;
        NEED(air_part(r->air, &p) == 0);
    }
}

/* Every number from 0 to n-1 was handed over, and how often one came again. */
static size_t count_again(struct rig *r, size_t n)
{
    size_t *seen = calloc(n, sizeof *seen), again = 0;
    char text[SMS_TEXT_MAX];
    NEED(seen);
    for (size_t i = 0; i < r->n_parts; i++) {
        text_of(&r->parts[i], text, sizeof text);
        char *last = strrchr(text, ' ');
        size_t k = last ? (size_t)strtoul(last + 1, NULL, 10) : n;
        NEED(k < n && !r->parts[i].corrupt);
        NEED(!strcmp(r->parts[i].sender, k % 2 ? ALICE : BINH));
        NEED(r->parts[i].ref_bits == (k % 5 ? 0 : k % 2 ? 16 : 8) && r->parts[i].smsc_ms == 1790000000000);
        again += seen[k]++ > 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (seen[i] == 0)
            fprintf(stderr, "number %zu of %zu never came; %zu parts\n", i, n, r->n_parts);
        NEED(seen[i] > 0);
    }
    free(seen);
    return again;
}

static void case_thousand(void)
{
    struct rig r;
    rig_open(&r, 30, 255);
    fill_mixed(&r, 1000);
    up(&r);
    int64_t t0 = mono_us();
    uint64_t c0 = vmodem_commands(r.modem);
    WAIT(&r, 30000, r.n_gone == 1000);
    int64_t us = mono_us() - t0;
    NEED(used(&r) == 0 && air_held(r.air) == 0 && count_again(&r, 1000) == 0);
    printf("  1000 read, kept and deleted: %.0f/s, %.1f commands each\n", 1e9 / (double)us,
           (double)(vmodem_commands(r.modem) - c0) / 1000);
    rig_close(&r);
}

static void case_killed(void)
{
    struct rig r;
    rig_open(&r, 30, 100);
    fill_mixed(&r, 1000);
    up(&r);
    srand(7);
    for (int kills = 0; kills < 40 && r.n_gone < 950; kills++) {
        size_t hello = r.n_hello;
        int64_t until = mono_ms() + rand() % 25;
        WAIT(&r, 30000, mono_ms() >= until);
        kill(r.pid, SIGKILL);
        if (kills % 4) /* else wherever it is, the start too */
            WAIT(&r, 30000, r.n_hello > hello);
        else
            WAIT(&r, 30000, r.exited);
    }
    WAIT(&r, 60000, used(&r) == 0 && air_held(r.air) == 0);
    sync_line(&r);
    printf("  killed %zu times: none lost, %zu handed over again\n", r.restarts, count_again(&r, 1000));
    rig_close(&r);
}

static void case_sends(void)
{
    static const char *const texts[] = {"Da nhan vu 48217 TROM Man De",
                                        "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà",
                                        "^{}\\[~]|€",
                                        "Đã nhận vụ 48217",
                                        "1234567",
                                        "12345678",
                                        "seven 7@"};
    struct rig r;
    struct air_sms got;
    rig_open(&r, 20, 10);
    up(&r);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        send_text(&r, ALICE, texts[i], i == 3 ? SMS_UCS2 : SMS_GSM7, true);
        WAIT(&r, 5000, r.n_sent == i + 1);
        NEED(r.sent.result == SENT_OK && r.sent.id == i + 1);
        NEED(air_take(r.air, ALICE, &got) == 1);
        if (strcmp(got.text, texts[i]))
            fprintf(stderr, "'%s' became '%s'\n", texts[i], got.text);
        NEED(!strcmp(got.text, texts[i]));
        WAIT(&r, 5000, r.n_reports == i + 1);
        NEED(r.report.ref == r.sent.ref && r.report.status == REPORT_DELIVERED && !strcmp(r.report.number, ALICE));
    }
    int64_t t0 = mono_us();
    size_t before = r.n_sent;
    for (size_t i = 0; i < 200; i++) {
        WAIT(&r, 5000, r.n_sent + 20 > before + i); /* the modem runs in this thread */
        send_text(&r, BINH, "HD", SMS_GSM7, false);
    }
    WAIT(&r, 20000, r.n_sent == before + 200);
    printf("  sends: %.0f/s\n", 200e6 / (double)(mono_us() - t0));
    send_text(&r, ALICE, "no đ in GSM-7", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == before + 201);
    NEED(r.sent.result == SENT_REFUSED && r.sent.cms == 304);
    NEED(air_fault_set(r.air, "cms=38") == 0);
    send_text(&r, ALICE, "x", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == before + 202);
    NEED(r.sent.result == SENT_REFUSED && r.sent.cms == 38 && r.restarts == 0);
    rig_close(&r);
}

static void case_parts(void)
{
    struct rig r;
    struct air_sms got;
    struct line_msg m;
    char all[800] = "";
    rig_open(&r, 20, 10);
    up(&r);
    for (int coding = SMS_GSM7; coding <= SMS_UCS2; coding++) {
        all[0] = '\0';
        for (uint8_t seq = 1; seq <= 3; seq++) {
            char text[80];
            line_msg_init(&m, LINE_SEND);
            m.u.send.id = r.next_id++;
            struct sms_part *p = &m.u.send.part;
            NEED(str_copy(p->sender, sizeof p->sender, ALICE) == 0);
            p->ref_bits = coding == SMS_UCS2 ? 16 : 8;
            p->ref = coding == SMS_UCS2 ? 0x1234 : 0x34;
            p->total = 3;
            p->seq = seq;
            p->coding = (uint8_t)coding;
            snprintf(text, sizeof text, "%s phan %u, ", coding == SMS_UCS2 ? "Mạn Đê" : "Man De ^", seq);
            p->body_len = (uint16_t)utf8_to_utf16be(text, p->body, sizeof p->body);
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s", text);
            put(&r, &m);
        }
        size_t want = r.n_sent;
        WAIT(&r, 5000, r.n_sent >= want && air_waiting(r.air, ALICE) == 1);
        NEED(air_take(r.air, ALICE, &got) == 1 && !strcmp(got.text, all));
    }
    rig_close(&r);
}

static void case_talks(void)
{
    struct rig r;
    struct line_msg m;
    rig_open(&r, 20, 10);
    up(&r);
    WAIT(&r, 10000, r.n_status > 0);
    printf("  %s %s, %d dBm, sim %d, reg %d, smsc %s, %u of %u\n", r.status.operator_code, r.status.operator_name,
           r.status.signal_dbm, r.status.sim, r.status.registration, r.status.smsc, r.status.sim_used,
           r.status.sim_total);
    NEED(r.status.sim == SIM_READY && r.status.registration == REG_HOME && r.status.signal_dbm < 0);
    NEED(r.status.smsc[0] == '+' && r.status.sim_total == 30 && r.status.operator_code[0]);
    NEED(air_ring(r.air, ALICE) == 0);
    WAIT(&r, 12000, r.n_calls == 1);
    NEED(!strcmp(r.call, ALICE));
    line_msg_init(&m, LINE_USSD);
    m.u.ussd.id = 77;
    NEED(str_copy(m.u.ussd.text, sizeof m.u.ussd.text, "*101#") == 0);
    put(&r, &m);
    WAIT(&r, 35000, r.got_ussd);
    printf("  *101#: '%s' (%d)\n", r.ussd.text, r.ussd.result);
    NEED(r.ussd.id == 77 && r.ussd.result == 0 && r.ussd.text[0]);
    NEED(air_text(r.air, ALICE, "after all that") == 0);
    WAIT(&r, 5000, r.n_gone == 1);
    send_text(&r, ALICE, "and back", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == 1);
    NEED(r.sent.result == SENT_OK && r.restarts == 0 && r.n_calls == 1);
    rig_close(&r);
}

/* Reports that the modem stores instead of telling: read, told once, removed. */
static void case_stored_reports(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    vmodem_store_reports(r.modem, true);
    up(&r);
    for (size_t i = 1; i <= 5; i++) {
        send_text(&r, ALICE, "report, please", SMS_GSM7, true);
        WAIT(&r, 5000, r.n_sent == i && r.n_reports == i);
        NEED(r.report.ref == r.sent.ref && !strcmp(r.report.number, ALICE));
    }
    sync_line(&r);
    NEED(used(&r) == 0 && r.n_parts == 0 && r.n_reports == 5);
    rig_close(&r);
}

/* The PIN is tried once; a wrong one ends the process with its own status. */
static void case_pin(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    NEED(vmodem_sim_pin(r.modem, "1234") == 0);
    NEED(air_text(r.air, ALICE, "behind the PIN") == 0);
    start_line(&r);
    r.start_at = INT64_MAX;
    while (!r.exited)
        event_base_loop(r.base, EVLOOP_ONCE);
    NEED(WIFEXITED(r.exit_status) && WEXITSTATUS(r.exit_status) == LINE_EXIT_PIN && r.n_trouble == 1);
    NEED(setenv("TINBAO_PIN", "9999", 1) == 0);
    start_line(&r);
    while (!r.exited)
        event_base_loop(r.base, EVLOOP_ONCE);
    NEED(WIFEXITED(r.exit_status) && WEXITSTATUS(r.exit_status) == LINE_EXIT_PIN && r.n_trouble == 2);
    NEED(setenv("TINBAO_PIN", "1234", 1) == 0);
    up(&r);
    WAIT(&r, 10000, r.n_gone == 1);
    NEED(unsetenv("TINBAO_PIN") == 0);
    rig_close(&r);
}

/* A text that is there when the sync is asked was handed over when it is answered. */
static void case_sync(void)
{
    struct rig r;
    rig_open(&r, 30, 255);
    r.poll_s = 3600;
    up(&r);
    for (size_t i = 0; i < 20; i++) {
        size_t before = r.n_parts;
        for (size_t k = 0; k < 10; k++)
            NEED(air_text(r.air, BINH, "XEM 48217") == 0);
        sync_line(&r);
        NEED(r.n_parts == before + 10);
    }
    r.keep = false; /* a core that keeps nothing gets no more than the window, and all again later */
    for (size_t k = 0; k < 100; k++)
        NEED(air_text(r.air, BINH, "VAO") == 0);
    settle(&r, 1000);
    NEED(r.n_parts == 264 && r.n_gone == 200);
    kill(r.pid, SIGKILL);
    r.keep = true;
    WAIT(&r, 10000, r.n_parts == 364 && used(&r) == 0);
    rig_close(&r);
}

static void case_idle(void)
{
    struct rig r;
    struct rusage a, b;
    rig_open(&r, 20, 20);
    r.poll_s = 30;
    up(&r);
    settle(&r, 3000);
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/status", r.pid);
    FILE *f = fopen(path, "r");
    NEED(f);
    while (fgets(line, sizeof line, f) && strncmp(line, "VmHWM", 5) != 0)
        ;
    fclose(f);
    uint64_t c0 = vmodem_commands(r.modem);
    int64_t t0 = mono_ms();
    NEED(getrusage(RUSAGE_CHILDREN, &a) == 0);
    settle(&r, 20000);
    double s = (double)(mono_ms() - t0) / 1000;
    printf("  idle: %.2f commands/s, %s", (double)(vmodem_commands(r.modem) - c0) / s, line);
    rig_close(&r);
    NEED(getrusage(RUSAGE_CHILDREN, &b) == 0);
    printf("  cpu of the child's whole life: %ld us\n",
           (long)(b.ru_utime.tv_usec - a.ru_utime.tv_usec + b.ru_stime.tv_usec - a.ru_stime.tv_usec));
}

static const struct rig_case cases[] = {{"reads", case_reads},       {"latency", case_latency},
                                        {"thousand", case_thousand}, {"killed", case_killed},
                                        {"sends", case_sends},       {"parts", case_parts},
                                        {"talks", case_talks},       {"stored-reports", case_stored_reports},
                                        {"pin", case_pin},           {"sync", case_sync},
                                        {"idle", case_idle}};

int main(int argc, char **argv)
{
    return rig_main(argc, argv, cases, ARRAY_LEN(cases));
}
