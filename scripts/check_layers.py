#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks who includes whom, as doc/architecture.md allows it, and names each offence.

* A room of src/ includes its own headers and those of the rooms below it that ROOMS lists.
* A header of include/plica/ belongs to the room that PUBLIC names.
* A third-party header is included by exactly one .c file, and by no header.
"""
import collections
import pathlib
import re
import sys

ROOMS = {
    "base": set(),
    "num": {"base"},
    "format": {"base", "num/field.h"},
    "eval": {"num", "base"},
    "optics": {"num", "base"},
    "scan": {"num", "base"},
    "data": {"scan", "optics", "format", "num", "base"},
    "recon": {"eval", "data", "scan", "optics", "format", "num", "base"},
    "study": {"scan", "data", "format", "base"},
    "report": {"eval", "data", "format", "base"},
    "cli": {"study", "report", "recon", "eval", "data", "scan", "format", "base"},
}
PUBLIC = {
    "error.h": "base",
    "scan.h": "scan",
    "compare.h": "eval",
    "dataset.h": "data",
    "product.h": "data",
    "residual.h": "data",
    "simulate.h": "data",
    "views.h": "data",
    "reconstruct.h": "recon",
    "report.h": "report",
    "settings.h": "recon",
    "slurm.h": "study",
    "study.h": "study",
}
# C17, POSIX and Linux, and what the compiler brings: free for all.
STANDARD = re.compile(
    r"(assert|complex|ctype|dirent|errno|fcntl|fenv|float|fnmatch|getopt|glob|inttypes|iso646"
    r"|limits|locale|math|omp|poll|pthread|sched|setjmp|signal|spawn|stdalign|stdarg|stdatomic"
    r"|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|tgmath|threads|time|uchar"
    r"|unistd|wchar|wctype|immintrin|arm_neon|(sys|linux)/\w+)\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def room_of(header):
    """The room that a quoted header belongs to, or None for one that has none."""
    folder, _, name = header.partition("/")
    return PUBLIC.get(name) if folder == "plica" else folder


def offences_of(path, source):
    """Yields what is wrong with the quoted includes of one file of src/."""
    own = path.relative_to(source).parts[0]
    allowed = ROOMS[own] | {own}
    for bracket, header in INCLUDE.findall(path.read_text()):
        room = room_of(header)
        if bracket == "<":
            continue
        if room not in ROOMS:
            yield f"{path}: '{header}' belongs to no room (scripts/check_layers.py)"
        elif room not in allowed and header not in allowed:
            yield f"{path}: room '{own}' may not include '{header}'"


def third_party(files):
    """Which files include which header that is neither ours nor the system's."""
    users = collections.defaultdict(list)
    for path in files:
        for bracket, header in INCLUDE.findall(path.read_text()):
            if bracket == "<" and not STANDARD.fullmatch(header):
                users[header].append(path)
    return users


def public_offences(folder):
    """Yields the headers of include/plica/ that lean on what is not installed with them."""
    for path in sorted(folder.glob("*.h")):
        for bracket, header in INCLUDE.findall(path.read_text()):
            if bracket == '"' and not header.startswith("plica/"):
                yield f"{path}: a public header may not include '{header}'"


def check(root):
    source = root / "src"
    files = sorted(source.rglob("*.[ch]"))
    found = [text for path in files for text in offences_of(path, source)]
    found += public_offences(root / "include" / "plica")
    for header, users in sorted(third_party(files).items()):
        names = ", ".join(str(user) for user in users)
        if len(users) > 1:
            found.append(f"<{header}> is included by more than one file: {names}")
        elif users[0].suffix == ".h":
            found.append(f"<{header}> is included by a header: {names}")
    return found


def main(argv):
    offences = check(pathlib.Path(argv[1] if len(argv) > 1 else "."))
    for offence in offences:
        print(offence)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
