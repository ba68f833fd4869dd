#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The line coverage that the fuzz targets reach, from llvm-cov's export: of the parsers, of what reads the
packets and requests of another process, and of everything that is fuzzed. Called by scripts/fuzz --coverage.
Exit 1 if parsers or IPC are under 90 %."""
import json
import os
import sys

GOAL = 90.0
IPC = (
    "gateway/base/packet.c", "gateway/line/wire.c", "gateway/front/wire.c", "gateway/front/form.c",
    "gateway/front/guard.c", "gateway/front/calls.c", "gateway/courier/wire.c", "gateway/serve/control.c",
    "gateway/serve/requests.c", "gateway/base/knock.c", "gateway/serve/door.c", "gateway/serve/pin_guard.c",
    "gateway/serve/lane_queue.c", "gateway/serve/spare_form.c", "gateway/serve/lane_talk.c",
)
READERS = (
    "config/", "gateway/play/script.c", "gateway/play/expect.c", "gateway/line/tpdu", "gateway/line/at_",
    "gateway/line/gammu_check.c", "gateway/line/gammu_event.c", "gateway/base/",
)


def lines(files, wanted):
    got = [(n, s) for n, s in files if any(n == w or n.startswith(w) for w in wanted)]
    return got, sum(s["covered"] for _, s in got), sum(s["count"] for _, s in got)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        data = json.load(f)["data"][0]
    files = sorted((os.path.relpath(x["filename"]), x["summary"]["lines"]) for x in data["files"])
    files = [(n, s) for n, s in files if n.endswith(".c") and not n.startswith("tests/")]
    low = 0
    for title, wanted, goal in (("parsers", ("parsers/",), GOAL), ("IPC", IPC, GOAL), ("other readers", READERS, 0),
                                ("desk", ("gateway/desk/", "gateway/plan/"), 0), ("store", ("store/",), 0)):
        got, covered, count = lines(files, wanted)
        print(f"{title}: {100 * covered / max(count, 1):.1f} % of {count} lines")
        for n, s in got:
            print(f"  {s['percent']:6.1f} %  {s['covered']:4d}/{s['count']:<4d}  {n}")
        if 100 * covered < goal * count:
            print(f"{title}: under {goal:.0f} %")
            low += 1
    return 1 if low else 0


sys.exit(main())
