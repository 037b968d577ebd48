# SPDX-License-Identifier: BSD-3-Clause
"""A small study as a user runs it: really reconstructed, interrupted, killed and gone on with."""
import json
import os
import shlex
import signal
import subprocess
import time

import numpy as np
import pytest

DESIGN = """\
name: small
doses: [1e5]
patch_size_pixels: 32
views: [{{name: baseline}}]
splits: [train, test, full]
reconstruction: {{num_epochs: {epochs}, batch_size: 20}}
data: {{specimen: cells, count: 144, step_px: 4}}
"""
SLOW = 200000  # epochs: longer than any test waits


def write_design(folder, epochs=5, text=DESIGN):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "d.yaml"
    path.write_text(text.format(epochs=epochs))
    return path


def artifact(folder, *parts):
    return folder.joinpath("small", "reconstructions", *parts)


def load(path):
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def data(plica, tmp_path_factory):
    """The data of the small study, generated once."""
    folder = tmp_path_factory.mktemp("study data")
    plica("study", "generate", write_design(folder))
    return folder


def start(program, *args):
    return subprocess.Popen(
        [program, *map(str, args)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to that in time")


def running(study):
    path = artifact(study, "dose_100000", "baseline", "train", "job.json")
    return path.exists() and load(path)["status"] == "running"


def test_init_is_a_design(plica, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(plica("study", "init").stdout)
    shown = json.loads(plica("study", "show", path, "--json").stdout)
    assert shown["dose_list"] == [1e3, 1e4, 1e5]
    assert shown["gridsizes"] == [1, 2]
    assert shown["neighbor_count"] == 7
    assert shown["patch_size_pixels"] == 128
    assert shown["overlap_views"] == {"dense": 0.7, "sparse": 0.2}
    assert shown["spacing_thresholds"] == pytest.approx({"dense": 38.4, "sparse": 102.4})
    assert shown["train_test_split_axis"] == "y"
    assert shown["rng_seeds"] == {"simulation": 42, "grouping": 123, "subsampling": 456}
    assert shown["metrics_config"]["frc_threshold"] == 0.5


def test_the_algorithms_template_says_how_to_make_the_others(plica, tmp_path):
    text = plica("study", "init", "--template", "algorithms").stdout
    (tmp_path / "algorithms.yaml").write_text(text)
    roots = set()
    for line in text.splitlines():
        if line.startswith("#   sed"):
            subprocess.run(line[1:], shell=True, cwd=tmp_path, check=True)
    for name in ("algorithms", "rPIE", "ML"):
        shown = json.loads(plica("study", "show", tmp_path / f"{name}.yaml", "--json").stdout)
        assert shown["phase_c_root"] == str(tmp_path / "phase_c")
        roots.add((shown["reconstruction"]["algorithm"], shown["artifact_root"].split("-")[-1]))
    assert roots == {(name, name) for name in ("LSQML", "rPIE", "ML")}


def test_complaints_have_file_line_and_name(plica, tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text("name: x\ndoses: [1e3]\nveiws: [{name: dense}]\n")
    done = plica("study", "plan", path, check=False)
    assert done.returncode == 1
    assert "d.yaml:3: unknown key 'veiws': did you mean 'views'?" in done.stderr


def test_generated_data_have_their_dose_and_halves(study):
    phase_c = study / "small" / "phase_c" / "dose_100000"
    whole = np.load(phase_c / "patched.npz")
    halves = [np.load(phase_c / f"patched_{name}.npz") for name in ("train", "test")]
    counts = (whole["diffraction"].astype(np.float64) ** 2).sum(axis=(1, 2))
    assert counts.mean() == pytest.approx(1e5, rel=0.01)
    assert sum(len(half["xcoords"]) for half in halves) == len(whole["xcoords"]) == 144
    assert halves[0]["ycoords"].max() < halves[1]["ycoords"].min()


def test_generate_keeps_what_it_made_and_nothing_else(plica, study):
    path = study / "small" / "phase_c" / "dose_100000" / "patched.npz"
    before = path.stat().st_mtime_ns
    words = [line.split()[0] for line in plica(
        "study", "generate", study / "d.yaml").stdout.splitlines()]
    assert words.count("kept") == 3 and "made" not in words
    assert path.stat().st_mtime_ns == before
    np.savez(path, diffraction=np.ones((2, 4, 4)))
    done = plica("study", "generate", study / "d.yaml", check=False)
    assert done.returncode == 1 and "is not replaced" in done.stderr
    assert np.load(path)["diffraction"].shape == (2, 4, 4)


KINDS = """\
name: kinds
doses: [1e3, 1e5]
patch_size_pixels: 32
views:
  - {{name: baseline}}
  - {{name: half, fraction: 0.5}}
  - {{name: own, scan_overlap: 0.3}}
reconstruction: {{algorithm: LSQML, num_epochs: 4, batch_size: 20}}
data: {{specimen: cells, size_px: 44, step_px: 4, dose_mode: {mode}, noise: paired}}
"""


def make_kinds(plica, folder, mode):
    folder.mkdir()
    path = folder / "d.yaml"
    path.write_text(KINDS.format(mode=mode))
    plica("study", "generate", path)

    def data(*parts):
        found = np.load(folder.joinpath("kinds", *parts))
        return found, json.loads(str(found["_metadata"]))

    return path, data


def photons(*parts):
    """Per frame, on average over all of the parts."""
    each = [(part["diffraction"].astype(np.float64) ** 2).sum(axis=(1, 2)) for part in parts]
    return np.concatenate(each).mean()


def test_views_by_fraction_and_by_scan(plica, tmp_path):
    path, data = make_kinds(plica, tmp_path / "a", "per-frame")
    train, _ = data("phase_c", "dose_1000", "patched_train.npz")
    half, about = data("phase_d", "dose_1000", "half", "half_train.npz")
    assert about["selection_strategy"] == "fraction" and about["s_img"] == 0.5
    assert len(half["xcoords"]) == round(len(train["xcoords"]) / 2)
    there = set(zip(train["ycoords"], train["xcoords"]))
    assert set(zip(half["ycoords"], half["xcoords"])) <= there
    metrics = load(tmp_path / "a/kinds/phase_d/dose_1000/half/train_metrics.json")
    assert metrics["s_img"] == 0.5
    assert metrics["n_images_total"] == len(train["xcoords"])
    assert metrics["n_images_subsampled"] == len(half["xcoords"])
    own, about = data("phase_d", "dose_1000", "own", "own_train.npz")
    assert about["selection_strategy"] == "scan"
    assert about["linear_overlap"] == pytest.approx(0.3, abs=0.1)
    assert np.array_equal(own["objectGuess"], train["objectGuess"])
    rest, _ = data("phase_d", "dose_1000", "own", "own_test.npz")
    assert photons(own, rest) == pytest.approx(1e3, rel=0.02)
    jobs = json.loads(plica("study", "plan", path, "--json").stdout)["jobs"]
    assert [job["view"] for job in jobs[:7]] == ["baseline"] * 3 + ["half"] * 2 + ["own"] * 2
    plica("study", "run", path, "--view", "half", "--view", "own", "--dose", 1000)
    kept = plica("study", "generate", path).stdout
    assert "made" not in [line.split()[0] for line in kept.splitlines()]


def test_lower_doses_are_thinned_and_fluence_can_be_equal(plica, tmp_path):
    _, data = make_kinds(plica, tmp_path / "b", "equal-fluence")
    low, about = data("phase_c", "dose_1000", "patched.npz")
    high, _ = data("phase_c", "dose_100000", "patched.npz")
    assert about["thinned_from_dose"] == 1e5
    assert (low["diffraction"] <= high["diffraction"]).all()
    assert photons(low) == pytest.approx(1e3, rel=0.02)
    own, about = data("phase_d", "dose_1000", "own", "own_train.npz")
    assert about["dose_label"] == 1e3
    step = json.loads(str(low["_metadata"]))["step_px"]
    assert about["dose"] == pytest.approx(1e3 * (about["step_px"] / step) ** 2)
    rest, _ = data("phase_d", "dose_1000", "own", "own_test.npz")
    assert photons(own, rest) == pytest.approx(about["dose"], rel=0.02)


def test_a_study_runs_and_is_not_run_again(plica, study):
    design = study / "d.yaml"
    plica("study", "run", design, "--jobs", 2)
    manifest = load(artifact(study, "reconstruction_manifest.json"))
    assert (manifest["total_jobs"], manifest["filtered_jobs"]) == (3, 3)
    assert [r["split"] for r in manifest["execution_results"]] == ["train", "test", "full"]
    for job in manifest["jobs"]:
        result = np.load(os.path.join(job["output_dir"], "reconstruction.npz"))
        assert result["reconstructed_object"].dtype == np.complex64
        assert os.path.getsize(os.path.join(job["output_dir"], "native.log")) > 0
        with open(os.path.join(job["output_dir"], "job.json")) as file:
            assert json.load(file)["picture_status"] == "written"
    time.sleep(1.1)  # stamps have seconds
    again = plica("study", "run", design)
    assert "0 done, 3 cached, 0 failed" in again.stdout
    states = json.loads(plica("study", "plan", design, "--json").stdout)["jobs"]
    assert {job["state"] for job in states} == {"cached"}
    report = study / "report.html"
    plica("study", "report", design, "-o", report)
    assert "<dt>From cache</dt><dd>3</dd>" in report.read_text()
    write_design(study, epochs=6)
    states = json.loads(plica("study", "plan", design, "--json").stdout)["jobs"]
    assert {job["state"] for job in states} == {"stale"}


@pytest.mark.parametrize("engine", ["algorithm: ML", "algorithm: ML, noise_model: gaussian",
                                    "algorithm: rPIE, batch_size: 10"])  # fmt: skip
def test_every_engine_runs_in_a_study(plica, study, engine):
    text = DESIGN.replace("batch_size: 20", engine)
    path = write_design(study, epochs=4, text=text)
    plica("study", "run", path, "--split", "train")
    options = json.loads(str(np.load(artifact(study, "dose_100000", "baseline", "train",
                                              "reconstruction.npz"))["options"]))  # fmt: skip
    assert options["algorithm"] == engine.split(",")[0].split()[1]
    if "ML" in engine:
        assert options["noise_model"] == ("gaussian" if "gaussian" in engine else "poisson")


def test_dry_run_makes_no_folders(plica, study):
    done = plica("study", "run", study / "d.yaml", "--dry-run", "--split", "test")
    command = done.stdout.split("[DRY RUN] ")[1].rsplit("\n\n0 done", 1)[0]
    words = shlex.split(command)
    job = load(artifact(study, "reconstruction_manifest.json"))["jobs"][0]
    assert words == job["command"]
    assert sorted(p.name for p in artifact(study).iterdir() if p.is_dir()) == []
    summary = load(artifact(study, "skip_summary.json"))
    assert summary["skipped_count"] == 2


def test_what_slurm_would_get_can_be_run_by_hand(plica, study, tmp_path):
    design = study / "d.yaml"
    said = plica("study", "run", design, "--executor", "slurm", "--pretend", "--memory", "1G",
                 "--split", "train", "--split", "test", "--array-limit", 1)  # fmt: skip
    assert not artifact(study).exists()
    sbatch = tmp_path / "sbatch"
    sbatch.write_text('#!/bin/sh\nprintf "%s\\0" "$@" > "${0%/*}/words"\n')
    sbatch.chmod(0o755)
    there = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-e", "-c", said.stdout], env=there, check=True)
    words = (tmp_path / "words").read_text().split("\0")
    assert "--array=0-1%1" in words and "--mem=1G" in words
    script = artifact(study, "slurm", "array.sh")
    assert words[-2] == str(script)
    task = {**os.environ, "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "1"}
    subprocess.run(["sh", script], env=task, check=True)
    assert load(artifact(study, "dose_100000", "baseline", "test", "job.json"))["executor_id"] == "7_1"
    assert len(load(artifact(study, "reconstruction_manifest.json"))["execution_results"]) == 1
    write_design(study, epochs=6)
    done = subprocess.run(["sh", script], env=task, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "has changed since" in done.stderr


def test_a_task_leaves_the_manifest_of_a_later_submission(plica, study):
    plica("study", "run", study / "d.yaml", "--split", "train")
    path = artifact(study, "reconstruction_manifest.json")
    before = load(path)
    plica("study", "run", study / "d.yaml", "--split", "test", "--task", 1)
    assert load(path) == before
    assert artifact(study, "dose_100000", "baseline", "test", "reconstruction.npz").exists()
    plica("study", "run", study / "d.yaml", "--split", "train", "--task", 0)
    assert load(path)["filters"]["split"] == ["train"]


def test_a_task_that_is_no_job_is_refused(plica, study):
    done = plica("study", "run", study / "d.yaml", "--task", 3, check=False)
    assert done.returncode == 1 and "there is no job 3: the design has jobs 0 to 2" in done.stderr
    done = plica("study", "run", study / "d.yaml", "--split", "test", "--task", 0, check=False)
    assert done.returncode == 1 and "job 0 is not to be run: filter split=test" in done.stderr
    for wrong in (["--partition", "x"], ["--executor", "cloud"], ["--task", "-2"],
                  ["--executor", "slurm", "--dry-run"]):  # fmt: skip
        assert plica("study", "run", study / "d.yaml", *wrong, check=False).returncode == 2


def test_a_filter_that_matches_nothing_lists_what_there_is(plica, study):
    done = plica("study", "run", study / "d.yaml", "--view", "dense", check=False)
    assert done.returncode == 1
    assert "view 'dense' matches no job: there are baseline" in done.stderr


def test_failures_are_counted_and_can_be_allowed(plica, study):
    path = study / "small" / "phase_c" / "dose_100000" / "patched_test.npz"
    path.write_bytes(b"no archive")
    done = plica("study", "run", study / "d.yaml", check=False)
    assert done.returncode == 1
    assert "2 done, 0 cached, 1 failed" in done.stdout
    assert "native.log" in done.stdout
    plica("study", "run", study / "d.yaml", "--allow-failures")


def test_time_limit(plica, study):
    design = write_design(study, SLOW)
    done = plica("study", "run", design, "--split", "train", "--timeout", 0.01, check=False)
    assert done.returncode == 1
    path = artifact(study, "dose_100000", "baseline", "train", "job.json")
    assert load(path)["status"] == "timeout"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_goes_on(plica, program, study, number):
    design = write_design(study, SLOW)
    runner = start(program, "study", "run", design, "--split", "train")
    wait_until(lambda: running(study))
    runner.send_signal(number)
    runner.communicate(timeout=30)
    assert runner.returncode == 130
    path = artifact(study, "dose_100000", "baseline", "train", "job.json")
    assert load(path)["status"] == "killed"
    plica("study", "run", write_design(study))


def test_two_runs_do_not_run_a_job_twice(plica, program, study):
    design = write_design(study, SLOW)
    runner = start(program, "study", "run", design, "--split", "train", "--split", "test", "-j1")
    wait_until(lambda: running(study))
    second = plica("study", "run", design, check=False)
    assert second.returncode == 1 and "another run" in second.stderr
    status = json.loads(plica("study", "status", design, "--json").stdout)["jobs"]
    assert [job["status"] for job in status] == ["running", "queued", "none"]
    runner.send_signal(signal.SIGINT)
    runner.communicate(timeout=30)


def test_a_killed_child_is_one_failed_job(program, study):
    design = write_design(study, SLOW)
    runner = start(program, "study", "run", design, "--split", "train")
    wait_until(lambda: running(study))
    path = artifact(study, "dose_100000", "baseline", "train", "job.json")
    os.kill(load(path)["pid"], signal.SIGKILL)
    out, _ = runner.communicate(timeout=30)
    assert runner.returncode == 1 and "0 done, 0 cached, 1 failed" in out
    assert load(path)["status"] in ("killed", "out-of-memory")


def test_after_kill_9_the_next_run_goes_on(plica, program, study):
    runner = start(program, "study", "run", write_design(study, SLOW), "--split", "train")
    wait_until(lambda: running(study))
    runner.kill()
    runner.communicate(timeout=30)
    path = artifact(study, "dose_100000", "baseline", "train", "job.json")
    child = load(path)["pid"]
    # it loses its standard error with the runner, and with that its reason to live
    wait_until(lambda: not os.path.exists(f"/proc/{child}"))
    design = write_design(study)
    status = json.loads(plica("study", "status", design, "--json").stdout)["jobs"]
    assert status[0]["status"] == "killed"
    assert "1 done" in plica("study", "run", design, "--split", "train").stdout


def test_output_cannot_leave_the_root(plica, study, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    artifact(study).mkdir(parents=True)
    artifact(study, "dose_100000").symlink_to(outside)
    done = plica("study", "run", study / "d.yaml", check=False)
    assert done.returncode == 1 and "symbolic link" in done.stderr
    assert list(outside.iterdir()) == []


def test_ptychi_says_what_is_missing(plica, study):
    bare = {**os.environ, "PLICA_PTYCHI_PYTHON": str(study / "no python")}
    done = plica("study", "run", study / "d.yaml", "--backend", "ptychi", check=False, env=bare)
    assert done.returncode == 1
    assert "no python" in done.stderr
    assert not artifact(study, "dose_100000").exists()
