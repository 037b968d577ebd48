# SPDX-License-Identifier: BSD-3-Clause
"""What holds for every command: help that is true, exit statuses, words for slips."""
import os
import re
import shutil
import subprocess

import pytest

OPTION = re.compile(r"--([a-z][a-z0-9-]*)")


def listed(text):
    """The names in the list under "Commands:" of a help text."""
    _, _, part = text.partition("\nCommands:\n")
    return re.findall(r"^  (\w+) ", part.partition("\n\n")[0], re.MULTILINE)


@pytest.fixture(scope="session")
def leaves(plica):
    """Every command as a list of words, with the subcommands of those that have some."""
    found = []
    for name in listed(plica("--help").stdout):
        below = listed(plica(name, "--help").stdout)
        found += [[name, sub] for sub in below] or [[name]]
    return found


@pytest.fixture(scope="session")
def manual(root):
    """The sections of the man page by their titles."""
    parts = re.split(r"^# (.+)$", (root / "doc" / "plica.1.scd").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def options_of_help(text):
    """The options that a help text lists; --help itself is explained once for all."""
    lines = re.findall(r"^  (?:-\w, |    )?--.*$", text.partition("\nOptions:\n")[2], re.MULTILINE)
    return {OPTION.search(line).group(1) for line in lines} - {"help"}


def options_of_manual(manual, title):
    """The options that a section lists, with those of a section that it refers to."""
    text = manual[title]
    if "[_JOB OPTIONS_]" in text:
        text += manual["JOB OPTIONS"]
    lines = re.findall(r"^\*-.*$", text, re.MULTILINE)
    return {name for line in lines for name in OPTION.findall(line)}


def test_help_lists_the_commands(plica):
    text = plica("--help").stdout
    names = ("simulate", "info", "validate", "view", "split", "overlap", "reconstruct",
             "compare", "study", "bench")
    assert listed(text) == list(names)
    assert plica("help").stdout == text == plica("-h").stdout


def test_every_command_explains_itself(plica, leaves):
    for words in leaves:
        done = plica(*words, "--help")
        assert done.stderr == ""
        assert done.stdout.startswith("usage: plica " + " ".join(words))
        assert plica(*words, "-h").stdout == done.stdout


def test_help_fits_the_terminal(plica, leaves):
    for words in leaves:
        long = [line for line in plica(*words, "--help").stdout.splitlines() if len(line) > 100]
        assert not long, words


def test_manual_has_exactly_the_options_of_help(plica, leaves, manual):
    for words in leaves:
        title = " ".join(words).upper()
        assert title in manual, f"doc/plica.1.scd has no section {title}"
        expected = options_of_help(plica(*words, "--help").stdout)
        assert options_of_manual(manual, title) == expected, title


def test_manual_is_a_man_page(root):
    if shutil.which("scdoc") is None and os.environ.get("CI") != "true":
        pytest.skip("optional: no scdoc")
    with open(root / "doc" / "plica.1.scd", encoding="utf-8") as source:
        page = subprocess.run(["scdoc"], stdin=source, capture_output=True, text=True, check=True)
    assert ".TH" in page.stdout and "SYNOPSIS" in page.stdout


def test_version(plica, root):
    version = re.search(r"version: '([\d.]+)'", (root / "meson.build").read_text()).group(1)
    assert plica("--version").stdout == f"plica {version}\n"


def test_no_command_is_wrong_usage(plica):
    done = plica(check=False)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.startswith("usage: plica")


@pytest.mark.parametrize(
    "slip, meant", [("inof", "info"), ("reconstuct", "reconstruct"), ("Validate", "validate")]
)
def test_unknown_command_names_the_nearest(plica, slip, meant):
    done = plica(slip, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"plica: unknown command '{slip}': did you mean '{meant}'?\n")


def test_unknown_command_without_a_neighbour(plica):
    done = plica("frobnicate", check=False)
    assert done.returncode == 2
    assert "unknown command 'frobnicate'\n" in done.stderr and "did you mean" not in done.stderr


def test_unknown_option_names_the_nearest(plica):
    done = plica("reconstruct", "--num-epoch", "3", check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert "unknown option '--num-epoch': did you mean '--num-epochs'?" in done.stderr


def test_unknown_option_is_wrong_usage_everywhere(plica, leaves):
    for words in leaves:
        done = plica(*words, "--frobnicate", check=False)
        assert done.returncode == 2, words
        assert done.stdout == "" and "unknown option '--frobnicate'" in done.stderr, words


@pytest.mark.parametrize("value", ["ten", "1.5", "", "3x"])
def test_number_that_is_none(plica, value):
    done = plica("reconstruct", f"--num-epochs={value}", check=False)
    assert done.returncode == 2
    assert "num-epochs" in done.stderr


def test_missing_and_surplus_arguments(plica):
    assert "an argument is missing" in plica("info", check=False).stderr
    assert plica("info", check=False).returncode == 2
    surplus = plica("info", "a.npz", "b.npz", check=False)
    assert surplus.returncode == 2 and "unexpected argument 'b.npz'" in surplus.stderr


def test_missing_file_fails_with_its_name(plica, tmp_path):
    for words in (["info"], ["validate"]):
        done = plica(*words, tmp_path / "none.npz", check=False)
        assert done.returncode == 1, words
        assert "none.npz" in done.stdout + done.stderr
        assert "No such file" in done.stdout + done.stderr


def test_full_disk_is_a_failure(program):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([program, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


def test_an_answer_that_nobody_gets_is_a_failure(program, shared):
    words = [program, "info", shared / "data" / "parity" / "n64_1e3.npz", "--json"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "plica: cannot write to standard output: No space left on device\n"


def settings_of(plica):
    """All settings' names, with start, stop and stride of a plan as one."""
    text = "".join(plica("reconstruct", "--show-settings", "-a", name).stdout
                   for name in ("ML", "LSQML", "rPIE", "ePIE"))
    names = re.findall(r"^  (\S+) = ", text, re.MULTILINE)
    return {re.sub(r"(\.optimization_plan)\.\w+$", r"\1", name) for name in names}


def test_the_page_on_ptychi_has_exactly_our_settings(plica, root):
    page = (root / "doc" / "ptychi-options.md").read_text()
    rows = [row for row in page.splitlines() if row.startswith("| ")]
    words = {word for row in rows for word in re.findall(r"`([^`]+)`", row)}
    of_files = {"diffraction", "mask", "objectGuess", "probeGuess", "xcoords", "ycoords"}
    assert words - of_files == settings_of(plica)


def test_the_readme_sets_what_there_is(plica, root):
    pairs = re.findall(r"plica reconstruct .*?(--set [\w.]+=\S+)", (root / "README.md").read_text())
    assert pairs
    for pair in pairs:
        plica("reconstruct", "--show-settings", *pair.split())
