// SPDX-License-Identifier: GPL-2.0-or-later
/* The one binary: finds the subcommand in the table and runs it. */
#include "gateway/cmd/cmd.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TINBAO_VERSION
#define TINBAO_VERSION "0.1"
#endif

static const struct cmd *const commands[] = {&cmd_serve, &cmd_check, &cmd_status, &cmd_code,  &cmd_roster,
                                             &cmd_phone, &cmd_modem, &cmd_line,   &cmd_parse, &cmd_play};

static void print_commands(FILE *to)
{
    fputs("usage: tinbao COMMAND [OPTIONS]\n\n"
          "An SMS and USSD gateway for village security teams.\n\ncommands:\n",
          to);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->one_line);
    fputs("\n'tinbao COMMAND --help' tells the rest; 'tinbao --version' the version.\n", to);
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

const char *cmd_config_path(const char *given)
{
    if (given)
        return given;
    const char *env = getenv("TINBAO_CONFIG");
    return env && *env ? env : "/etc/tinbao/tinbao.cfg";
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

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_commands(stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_commands(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("tinbao " TINBAO_VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")))
            return cmd_help(commands[i]);
        return commands[i]->run(argc - 1, argv + 1);
    }
    return unknown_command(argv[1]);
}
