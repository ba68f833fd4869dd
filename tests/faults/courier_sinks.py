# SPDX-License-Identifier: GPL-2.0-or-later
"""The other ends that courier.py talks to: an HTTP server and an SMTP sink that record what they get,
and certificates. Each listens on the loopback at a free port and ends with the test."""
import base64
import http.server
import os
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import time

WAIT_S = 60


class Failure(Exception):
    pass


def check(ok, what):
    if not ok:
        raise Failure(what)


def until(what, fn, seconds=WAIT_S):
    """Waits until fn() is true, and gives its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = fn()
        if value:
            return value
        time.sleep(0.05)
    raise Failure('not within %d s: %s' % (seconds, what))


# --- the other ends ---------------------------------------------------------------------------


class Web:
    """An HTTP server that records what it gets. judge(request) gives (status, headers, body)."""

    def __init__(self, judge=None, context=None, port=0):
        web = self
        self.got = []
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                n = int(self.headers.get('content-length') or 0)
                request = {'path': self.path, 'method': self.command, 'body': self.rfile.read(n),
                           'headers': {k.lower(): v for k, v in self.headers.items()}}
                status, headers, body = judge(request) if judge else (200, {}, b'')
                with web.lock:
                    web.got.append(dict(request, status=status))
                try:
                    self.send_response(status)
                    for k, v in headers.items():
                        self.send_header(k, v)
                    self.end_headers()
                    for piece in body if not isinstance(body, bytes) else [body]:
                        self.wfile.write(piece)
                except OSError:
                    pass  # the other end had enough

            do_GET = do_POST = handle_any

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass  # a client that does not trust us hangs up

        self.server = Server(('127.0.0.1', port), Handler)
        self.port = self.server.server_address[1]
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self):
        with self.lock:
            return [r for r in self.got if 200 <= r['status'] < 300]

    def all(self):
        with self.lock:
            return list(self.got)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Mail:
    """An SMTP sink with STARTTLS and AUTH: what was accepted is in .got."""

    def __init__(self, context, user='tinbao', password='bi-mat', refuse=''):
        sink = self
        self.got = []
        self.clear_text = 0

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.out.write(line.encode() + b'\r\n')
                self.out.flush()

            def handle(self):
                self.out, self.inp, tls, known = self.wfile, self.rfile, False, False
                self.say('220 sink')
                while True:
                    line = self.inp.readline().decode().strip()
                    word = line.upper().split(' ')[0]
                    if not line or word == 'QUIT':
                        return
                    if word == 'EHLO':
                        self.say('250-sink')
                        self.say('250 AUTH PLAIN' if tls else '250 STARTTLS')
                    elif word == 'STARTTLS':
                        self.say('220 go')
                        try:
                            s = context.wrap_socket(self.connection, server_side=True)
                        except (ssl.SSLError, OSError):
                            return
                        self.out, self.inp, tls = s.makefile('wb'), s.makefile('rb'), True
                    elif word == 'AUTH':
                        parts = line.split(' ')
                        given = parts[2] if len(parts) > 2 else None
                        if given is None:
                            self.say('334 ')
                            given = self.inp.readline().decode().strip()
                        known = base64.b64decode(given) == ('\0%s\0%s' % (user, password)).encode()
                        self.say('235 ok' if known else '535 no')
                    elif word == 'DATA':
                        self.say('354 go')
                        lines = []
                        for raw in iter(self.inp.readline, b'.\r\n'):
                            lines.append(raw)
                        sink.got.append((to, b''.join(lines)))
                        self.say('250 taken')
                    elif word == 'RCPT':
                        to = re.search(r'<(.*?)>', line).group(1)
                        sink.clear_text += not tls
                        self.say('550 no such user' if to == refuse else '250 ok')
                    elif word == 'MAIL':
                        self.say('250 ok' if known else '530 who are you')
                    else:
                        self.say('250 ok')

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    port = s.getsockname()[1]
    s.close()
    return port


def certificate(folder, name):
    """A certificate for `name` signed by itself; the context that uses it, and its file."""
    crt, key = os.path.join(folder, name + '.crt'), os.path.join(folder, name + '.key')
    kind = 'IP' if name[0].isdigit() else 'DNS'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                    '-nodes', '-keyout', key, '-out', crt, '-days', '3', '-subj', '/CN=' + name,
                    '-addext', 'subjectAltName=%s:%s' % (kind, name)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context, crt
