# SPDX-License-Identifier: BSD-3-Clause
"""Fixtures of the end-to-end tests: the program, the shared data, a browser."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))  # for what all tests share
PROGRAM = pathlib.Path(os.environ.get("PLICA", ROOT / "build" / "plica")).resolve()
SHARED = pathlib.Path(os.environ.get("PLICA_SHARED", ROOT.parent / "shared"))


def run_plica(*args, check=True, timeout=300, **keywords):
    """Runs the program with text pipes and no standard input; with check, a status other than 0
    fails the test with what the program said."""
    keywords.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(
        [PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=timeout, **keywords
    )
    if check and done.returncode != 0:
        command = " ".join(map(str, ("plica", *args)))
        pytest.fail(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


@pytest.fixture(scope="session")
def root():
    """The folder of the sources."""
    return ROOT


@pytest.fixture(scope="session")
def program():
    """The path of the program, for tests that start it themselves."""
    assert PROGRAM.is_file(), f"{PROGRAM} is not built: ./dev build"
    return PROGRAM


@pytest.fixture(scope="session")
def plica(program):
    """plica("info", path, check=True) runs the program: a CompletedProcess with text."""
    return run_plica


@pytest.fixture(scope="session")
def shared():
    """The folder of shared data. Beside the sources in CI; elsewhere its tests are optional."""
    if SHARED.is_dir():
        return SHARED
    if os.environ.get("CI") == "true":
        pytest.fail(f"{SHARED} is missing")
    pytest.skip(f"optional: no shared data at {SHARED}")


@pytest.fixture
def study(data, tmp_path):
    """A copy of the module's data of a study, in a folder whose name needs quoting."""
    folder = tmp_path / "it's a \"study\"\nin two lines"
    shutil.copytree(data, folder)
    return folder


@pytest.fixture(scope="session")
def commands(plica):
    """What `plica --help` lists, in its order."""
    return re.findall(r"^  (\w+) ", plica("--help").stdout, re.MULTILINE)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, the distribution's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield chromium
        chromium.close()
