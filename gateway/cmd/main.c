// SPDX-License-Identifier: GPL-2.0-or-later
/* The one binary: finds the subcommand in the table and runs it. */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/confine/confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TINBAO_VERSION
#define TINBAO_VERSION "0.2"
#endif

static const struct cmd *const commands[] = {&cmd_serve,   &cmd_check,   &cmd_status,    &cmd_code,  &cmd_roster,
                                             &cmd_phone,   &cmd_modem,   &cmd_line,      &cmd_parse, &cmd_play,
                                             &cmd_front,   &cmd_courier, &cmd_verify,    &cmd_tips,  &cmd_backup,
                                             &cmd_restore, &cmd_export,  &cmd_retention, &cmd_doctor};

static void print_commands(FILE *to)
{
    fputs("usage: tinbao COMMAND [OPTIONS]\n\n"
          "An SMS and USSD gateway for village security teams.\n\ncommands:\n",
          to);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->one_line);
    fputs("\n'tinbao COMMAND --help' or 'tinbao help COMMAND' tells the rest; 'tinbao --version' the version.\n", to);
}

int cmd_help(const struct cmd *c)
{
    printf("tinbao %s - %s\n\n%s", c->name, c->one_line, c->help);
    return 0;
}

int cmd_usage(const struct cmd *c, const char *why)
{
    fprintf(stderr, "tinbao %s: %s\nTry 'tinbao %s --help'.\n", c->name, why, c->name);
    return 2;
}

void cmd_errors(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *it = &p->items[i];
        if (!it->warning && it->line)
            fprintf(stderr, "%s:%d: %s\n", it->file, it->line, it->text);
        else if (!it->warning)
            fprintf(stderr, "%s: %s\n", it->file, it->text);
    }
}

const char *cmd_config_path(const char *given)
{
    if (given)
        return given;
    const char *env = getenv("TINBAO_CONFIG");
    return env && *env ? env : "/etc/tinbao/tinbao.cfg";
}

struct config *cmd_config(const struct cmd *c, const char *given, bool takes_dir)
{
    const char *path = cmd_config_path(given);
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(path, p) : NULL;
    if (!cfg)
        fprintf(stderr, "tinbao %s: %s can not be read ('tinbao check' says why)%s\n", c->name, path,
                takes_dir ? "; give the state directory: -s DIR" : "");
    problems_free(p);
    return cfg;
}

static int unknown_command(const char *name)
{
    const char *names[ARRAY_LEN(commands)];
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i]->name;
    const char *near = str_nearest(name, names, ARRAY_LEN(names));
    fprintf(stderr, "tinbao: no command '%s'%s%s%s; 'tinbao --help' lists them\n", name, near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return 2;
}

static const struct cmd *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (!strcmp(name, commands[i]->name))
            return commands[i];
    return NULL;
}

static bool asks_help(const char *arg)
{
    return !strcmp(arg, "--help") || !strcmp(arg, "-h");
}

int main(int argc, char **argv)
{
    char name[32]; /* what getopt_long() calls us in its complaints */
    if (argc < 2) {
        print_commands(stderr);
        return 2;
    }
    if (asks_help(argv[1]) || (!strcmp(argv[1], "help") && argc == 2)) {
        print_commands(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("tinbao " TINBAO_VERSION);
        return 0;
    }
    bool help = !strcmp(argv[1], "help");
    const struct cmd *c = find_command(argv[help ? 2 : 1]);
    if (!c)
        return unknown_command(argv[help ? 2 : 1]);
    if (help || (argc > 2 && asks_help(argv[2])))
        return cmd_help(c);
    snprintf(name, sizeof(name), "tinbao %s", c->name);
    argv[1] = name;
    if (c != &cmd_play) /* the player is a tool of those who mend the service: they want its core dumps */
        confine_early(false);
    return c->run(argc - 1, argv + 1);
}
