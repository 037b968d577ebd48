# SPDX-License-Identifier: BSD-3-Clause
"""Long runs are safe: killed, starved, diverging, watched, and ended early."""
import json
import random
import resource
import shutil
import subprocess
import time

import numpy as np
import pytest
from skimage.io import imread

ENGINES = ("ML", "LSQML", "rPIE", "ePIE")
EPOCHS = 600


@pytest.fixture(scope="session")
def scan(plica, tmp_path_factory):
    """144 patterns of 32 x 32."""
    path = tmp_path_factory.mktemp("scan") / "scan.npz"
    plica("simulate", "--count", 144, "--pattern-px", 32, "--dose", 1e5, "--output", path)
    return path


def members(folder):
    """The arrays of a reconstruction that depend on the run alone."""
    with np.load(folder / "reconstruction.npz") as file:
        return {
            name: file[name]
            for name in ("reconstructed_object", "reconstructed_probe", "loss", "fourier_error")
        }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_is_killed_goes_on_with_the_same_bits(program, plica, scan, tmp_path, engine):
    """Killed (no signal that it could handle) at moments that the seed draws, and resumed."""
    words = ["reconstruct", "-i", scan, "-a", engine, "-n", EPOCHS, "-t", 1]
    words += ["--checkpoint-epochs", 3]
    start = time.monotonic()
    plica(*words, "-o", tmp_path / "whole")
    took = time.monotonic() - start
    draw = random.Random(engine)
    folder = tmp_path / "killed"
    kills = halves = 0
    for _ in range(20):
        if kills >= 2 and halves >= 2:
            break
        command = [program, *words, "-o", folder, "--resume", "--progress", "none"]
        with subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as child:
            time.sleep(took * draw.uniform(0.1, 0.4))
            child.kill()
            child.communicate(timeout=60)
        if child.returncode == 0:  # too late: anew
            shutil.rmtree(folder)
            continue
        kills += 1
        if (folder / "checkpoint.npz").exists():
            with np.load(folder / "checkpoint.npz") as file:  # never half a file
                halves += 0 < len(file["loss"]) < EPOCHS
    assert kills >= 2 and halves >= 2
    plica(*words, "-o", folder, "--resume")
    whole, pieces = members(tmp_path / "whole"), members(folder)
    for name, values in whole.items():
        assert np.array_equal(values, pieces[name]), name


@pytest.mark.parametrize("cost", [np.nan, np.inf, -1.0, 2.0])
def test_a_checkpoint_cannot_lead_past_its_end(plica, scan, tmp_path, cost):
    words = ("reconstruct", "-i", scan, "-o", tmp_path, "-a", "LSQML", "-n", 5)
    plica(*words, "--checkpoint-epochs", 1)
    with np.load(tmp_path / "checkpoint.npz") as file:
        members = {name: file[name] for name in file.files}
    np.savez(tmp_path / "checkpoint.npz", **{**members, "cost": np.array([cost])})
    done = plica(*words, "--resume", check=False)
    assert done.returncode == 1 and "'cost' is " in done.stderr


@pytest.mark.parametrize("engine", ["ML", "LSQML"])
def test_positions_of_a_checkpoint_stay_on_the_canvas(plica, scan, tmp_path, engine):
    words = ("reconstruct", "-i", scan, "-o", tmp_path, "-a", engine)
    words += ("--set", "positions.optimizable=true")
    plica(*words, "-n", 12, "--checkpoint-epochs", 1)
    with np.load(tmp_path / "checkpoint.npz") as file:
        members = {name: file[name] for name in file.files}
    wild = {name: members[name] * 0 + value
            for name, value in (("positions_y", 1e4), ("positions_x", np.nan))}  # fmt: skip
    np.savez(tmp_path / "checkpoint.npz", **{**members, **wild})
    done = plica(*words, "-n", 16, "--resume", check=False)
    assert done.returncode in (0, 1), done.stderr


def test_a_diverging_run_says_when_why_and_where_to_go_back(plica, scan, tmp_path):
    words = ("-i", scan, "-a", "LSQML", "--set", "object.optimal_step_size_scaler=10")
    words += ("--set", "object.step_size=5", "-o", tmp_path, "-n", 100)
    done = plica("reconstruct", *words, "--checkpoint-epochs", 1, check=False)
    assert done.returncode == 1 and "LSQML diverged in epoch " in done.stderr
    epoch = int(done.stderr.split("diverged in epoch ")[1].split(":")[0])
    assert f"the last good state, after epoch {epoch - 1}, is in '{tmp_path}/" in done.stderr
    with np.load(tmp_path / "checkpoint.npz") as good:
        assert len(good["loss"]) == epoch - 1 and np.isfinite(good["object"]).all()
    assert not (tmp_path / "reconstruction.npz").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_memory_is_foretold(program, plica, shared, tmp_path, engine):
    data = shared / "data" / "parity" / "n64_1e5.npz"
    words = ["reconstruct", "-i", data, "-a", engine, "-t", 2]
    told = json.loads(plica(*words, "--dry-run", "--json").stdout)
    parts = ("dataset", "patterns", "object", "waves", "scratch")
    assert sum(told[name] for name in parts) == pytest.approx(told["total"])
    assert not list(tmp_path.iterdir())
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = ["/usr/bin/python3", "-c", script, program, *words, "-o", tmp_path, "-n", 8]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    assert told["total"] == pytest.approx(1024 * int(done.stdout), rel=0.2)


def test_a_run_that_does_not_fit_is_refused_with_one_that_does(plica, shared, tmp_path):
    data = shared / "data" / "parity" / "n128_1e4.npz"
    words = ("reconstruct", "-i", data, "-a", "LSQML", "-n", 1, "-o", tmp_path)
    for limit in (0.11, 0.046):  # in GB; from 0.0448 on the data set itself has room
        done = plica(*words, "-b", 500, "--memory", limit, check=False)
        assert done.returncode == 1 and "the run needs 0." in done.stderr
        assert f"there are {limit} GB: batch_size " in done.stderr
        batch = int(done.stderr.split("batch_size ")[1].split()[0])
        assert 1 <= batch < 500
        assert plica(*words, "-b", batch + 1, "--memory", limit, check=False).returncode == 1
        plica(*words, "-b", batch, "--memory", limit)
    for limit in (0.042, 0.03):
        done = plica(*words, "-b", 500, "--memory", limit, "--dry-run", check=False)
        assert done.returncode == 1 and "no batch size would fit" in done.stderr


def test_the_limit_of_the_shell_counts(plica, scan):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))

    done = plica("reconstruct", "-i", scan, "--dry-run", "--json", preexec_fn=limit)
    told = json.loads(done.stdout)
    assert 0 < told["available"] < 10**9


def test_a_preview_is_drawn_on_the_way(plica, scan, tmp_path):
    picture = tmp_path / "preview.png"
    words = ("reconstruct", "-i", scan, "-o", tmp_path, "-n", 7, "-a", "LSQML")
    plica(*words, "--preview", picture, "--preview-every", 3)
    shown = imread(picture)
    final = imread(tmp_path / "reconstruction.png")
    assert shown.shape == final.shape and not np.array_equal(shown, final)
    before = members(tmp_path)
    done = plica(*words, "--preview", tmp_path / "no" / "folder.png", "--preview-every", 1)
    assert done.stderr.count("no more previews") == 1
    assert np.array_equal(before["loss"], members(tmp_path)["loss"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_has_settled_ends_early(plica, scan, tmp_path, engine):
    words = ("reconstruct", "-i", scan, "-a", engine, "-n", 150, "-t", 1, "-o")
    gain = ("--set", "early_stop.relative_gain=0.02", "--set", "early_stop.epochs=4")
    done = plica(*words, tmp_path / "early", *gain)
    assert "the loss has settled" in done.stderr
    early = members(tmp_path / "early")["loss"]
    assert 4 < len(early) < 140
    # a run without the rule goes the same way, and further
    plica(*words, tmp_path / "long")
    assert np.array_equal(early, members(tmp_path / "long")["loss"][: len(early)])
    # and may be continued by one without it
    plica(*words, tmp_path / "early", "--resume")
    assert np.array_equal(members(tmp_path / "long")["loss"], members(tmp_path / "early")["loss"])


@pytest.mark.parametrize(
    "words, message",
    [
        (["--checkpoint-epochs", "-1"], "--checkpoint-epochs takes 0 and more"),
        (["--preview-every", "0"], "--preview-every 1 and more"),
        (["--memory", "-2"], "--memory takes gigabytes, not -2"),
        (["--set", "early_stop.epochs=0"], "option 'early_stop.epochs' is 0"),
    ],
)
def test_wrong_options_are_wrong_usage(plica, scan, tmp_path, words, message):
    done = plica("reconstruct", "-i", scan, "-o", tmp_path / "out", *words, check=False)
    assert done.returncode == 2 and message in done.stderr
    assert not (tmp_path / "out").exists()
