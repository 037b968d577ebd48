# SPDX-License-Identifier: BSD-3-Clause
"""plica bench: what it says, not how fast the machine is."""
import json

import numpy as np
import pytest

from test_info_validate import sound

QUICK = ["--seconds", "0.01", "--threads", "2"]


def test_json_has_what_the_table_has(plica):
    answer = json.loads(plica("bench", "--size", "32", "--patterns", "50", *QUICK, "--json").stdout)
    assert answer["schema"] == 1 and answer["algorithm"] == "LSQML"
    assert len(answer["load_average"]) == 3
    (case,) = answer["cases"]
    assert (case["patterns"], case["pattern_px"]) == (50, 32)
    assert case["sub_pixel"] and case["transforms"] == 4
    assert [run["threads"] for run in case["runs"]] == [1, 2]
    for run in case["runs"]:
        assert run["floor_s"] == pytest.approx(50 * 4 * case["fftw_s"] / run["threads"])
        assert run["best_over_floor"] == pytest.approx(run["best_s"] / run["floor_s"])
        assert 0 < run["best_s"] <= run["mean_s"]
    parts = case["one_thread_s"]
    assert parts["exit waves"] > 0 and parts["rest"] >= 0
    assert sum(parts.values()) - parts["epoch"] == pytest.approx(parts["epoch"], rel=0.01)
    assert case["peak_memory_bytes"] > case["needed_memory_bytes"] > 0
    assert 1e6 < case["program_memory_bytes"] < case["peak_memory_bytes"]


def test_patterns_are_held_once(plica):
    """Patterns of 34 MB, twice, and a batch of 25 would be 92."""
    words = ["bench", "--size", "128", "--patterns", "512", *QUICK, "--json"]
    (case,) = json.loads(plica(*words).stdout)["cases"]
    needed = case["needed_memory_bytes"]
    assert needed > 512 * 128**2 * 4 + 2 * 96 * 128**2 * 8
    assert case["peak_memory_bytes"] - case["program_memory_bytes"] < 1.3 * needed


def test_table(plica):
    done = plica("bench", "--size", "16", "--size", "24", "--patterns", "20", "--integer", *QUICK,
                 "--algorithm", "rpie")
    assert "rPIE, milliseconds an epoch" in done.stdout
    assert "20 patterns of 16^2, whole-pixel positions" in done.stdout
    assert "20 patterns of 24^2" in done.stdout
    assert done.stdout.count("best/floor") == 2
    assert done.stdout.count("peak memory") == 2 and "of it program and libraries" in done.stdout


def test_a_dataset_of_ones_own(plica, tmp_path):
    path = tmp_path / "scan.npz"
    np.savez(path, **sound())
    (case,) = json.loads(plica("bench", path, *QUICK, "--json").stdout)["cases"]
    assert (case["patterns"], case["pattern_px"]) == (12, 16)
    done = plica("bench", tmp_path / "none.npz", check=False)
    assert done.returncode == 1 and "none.npz" in done.stderr


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--size", "4"], "--size takes a number of pixels, 8 to 4096, not '4'"),
        (["--size", "64x"], "not '64x'"),
        (["--patterns", "-1"], "--patterns takes 1 to"),
        (["--threads", "-1"], "--threads takes 0 to 4096"),
        (["--seconds", "0"], "--seconds takes up to 3600, not 0"),
        (["--seconds", "nan"], "--seconds"),
        (["--algorithm", "LSQLM"], "did you mean 'LSQML'?"),
        (["scan.npz", "--size", "64"], "a FILE has its own --size"),
    ],
)
def test_wrong_usage(plica, arguments, complaint):
    done = plica("bench", *arguments, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert complaint in done.stderr
