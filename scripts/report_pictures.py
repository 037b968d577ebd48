#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes doc's pictures of the report, in a browser at three widths.

    PYTHONPATH=$(ls -d build/venv/lib/python3*/site-packages) \\
        scripts/report_pictures.py demo/artifacts/report.html doc/images

On a wide screen the answer and an opened job, on a tablet the table, on a telephone the top.
"""
import pathlib
import sys

from playwright.sync_api import sync_playwright

OPEN_JOB = "location.hash = '#job-1'"
TO_JOBS = "document.getElementById('jobs').scrollIntoView()"
# name, width and height of the window, colour scheme, what is done on the page
VIEWS = (
    ("report_wide", 1400, 1500, "light", None),
    ("report_job", 1400, 1300, "light", OPEN_JOB),
    ("report_tablet", 900, 900, "dark", TO_JOBS),
    ("report_telephone", 400, 860, "light", None),
)


def main(argv):
    report, folder = map(pathlib.Path, argv[1:])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, width, height, scheme, action in VIEWS:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page.goto(report.resolve().as_uri())
            if action is not None:
                page.evaluate(action)
            page.wait_for_timeout(500)
            page.screenshot(path=folder / f"{name}.png")
            page.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
