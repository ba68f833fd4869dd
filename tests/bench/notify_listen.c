// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for systemd: reads what a service says to $NOTIFY_SOCKET and prints it, a line a
 * datagram, its lines joined by blanks. Ends with its parent's end or a signal.
 *
 * usage: notify_listen PATH
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char text[1000];
    if (argc != 2 || strlen(argv[1]) >= sizeof(a.sun_path)) {
        fprintf(stderr, "usage: notify_listen PATH\n");
        return 2;
    }
    memcpy(a.sun_path, argv[1], strlen(argv[1]));
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a))) {
        perror("notify_listen");
        return 1;
    }
    for (ssize_t n; (n = recv(fd, text, sizeof(text) - 1, 0)) >= 0;) {
        text[n] = '\0';
        for (char *p = text; *p; p++)
            if (*p == '\n')
                *p = ' ';
        printf("%s\n", text);
        fflush(stdout);
    }
    return 1;
}
