#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Counts every single test of Meson's and pytest's runs and prints `N passed, N failed`.

    count_tests.py --meson build/meson-logs --pytest build/pytest.junit.xml --status meson=0

A skipped test counts as failed unless its reason begins with "optional:", and so does a run
without a result, a program that ended before its tests did, and a runner that failed without
naming a test. Exit status 1 when anything failed or nothing ran.
"""
import argparse
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

GOOD_PROGRAM = {"OK", "EXPECTEDFAIL", "SKIP"}


class Count:
    """Tests that passed and failed so far; each failure is named at once."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.optional = 0

    def fail(self, name, reason):
        self.failed += 1
        print(f"failed: {name}: {reason}")

    def add_case(self, case):
        name = f"{case.get('classname')}: {case.get('name')}"
        skipped = case.find("skipped")
        reason = "" if skipped is None else skipped.get("message") or case.findtext("system-out")
        if case.find("failure") is not None:
            self.fail(name, "failure")
        elif case.find("error") is not None:
            self.fail(name, "error")
        elif skipped is None:
            self.passed += 1
        elif (reason or "").startswith("optional:"):
            self.optional += 1
            print(f"left out: {name}: {reason}")
        else:
            self.fail(name, f"skipped: {reason or 'no reason given'}")

    def add_file(self, path):
        """Counts the cases of a JUnit file; gives the names of suites and cases that failed."""
        named = set()
        try:
            root = xml.parse(path).getroot()
        except (OSError, xml.ParseError) as error:
            self.fail(path.name, f"no result: {error}")
            return named
        for suite in root.iter("testsuite"):
            for case in suite.iter("testcase"):
                before = self.failed
                self.add_case(case)
                if self.failed > before:
                    named |= {suite.get("name").split(".")[-1], case.get("name")}
        return named

    def add_meson(self, logs):
        """Meson's JUnit file has the tests that a program reported; the JSON lines tell which
        programs crashed, timed out or reported fewer tests than they announced."""
        named = self.add_file(logs / "testlog.junit.xml")
        try:
            lines = (logs / "testlog.json").read_text().splitlines()
        except OSError as error:
            self.fail("testlog.json", f"no result: {error}")
            return
        for program in map(json.loads, lines):
            name = program["name"].split(" / ")[-1]
            if program["result"] not in GOOD_PROGRAM and name not in named:
                self.fail(name, f"the program ended with {program['result']}")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meson", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--pytest", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--status", action="append", default=[], metavar="NAME=STATUS")
    args = parser.parse_args(argv)
    count = Count()
    for logs in args.meson:
        count.add_meson(logs)
    for path in args.pytest:
        count.add_file(path)
    for name, status in (entry.split("=") for entry in args.status):
        if status != "0" and count.failed == 0:
            count.fail(name, f"exit status {status}")
    if count.passed == 0 and count.failed == 0:
        count.fail("tests", "none ran")
    if count.optional:
        print(f"{count.optional} optional tests left out")
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
