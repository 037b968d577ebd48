# SPDX-License-Identifier: BSD-3-Clause
"""Whatever breaks while a study runs: nothing is lost, nothing is done twice, and it is said."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import pytest
from manifest import strip_times

DESIGN = """\
name: small
doses: [1e4, 1e5]
patch_size_pixels: 32
views: [{{name: baseline}}]
splits: [train, test, full]
reconstruction: {{algorithm: LSQML, num_epochs: {epochs}, batch_size: 20}}
data: {{specimen: cells, count: 144, step_px: 4}}
environment: ['FAULT']
"""
KILLS = int(os.environ.get("PLICA_KILLS", "6"))
JOBS = 6
# A stand-in for pty-chi: what it does is the design's FAULT.
STAND_IN = """\
#!/bin/sh
[ "$1" = -c ] && { echo 'plica-versions: {}' >&2; exit 0; }
while [ $# -gt 0 ]; do [ "$1" = --output-dir ] && out=$2; shift; done
echo "$out" >> "$FAULT_LOG"
eval "$FAULT"
: > "$out/ptychi_reconstruction.npz"
"""


def write_design(folder, epochs=30):
    path = folder / "d.yaml"
    path.write_text(DESIGN.format(epochs=epochs))
    return path


def root_of(folder):
    return folder / "small" / "reconstructions"


@pytest.fixture(scope="module")
def data(plica, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fault data")
    plica("study", "generate", write_design(folder))
    return folder


@pytest.fixture
def faulty(study):
    """faulty(script) is a design whose jobs run that piece of shell with $out as their folder."""

    def make(script):
        stand_in = study / "stand-in"
        stand_in.write_text(STAND_IN)
        stand_in.chmod(0o755)
        (study / "driver.py").write_text("")
        (study / "fault.sh").write_text(script)
        path = study / "d.yaml"
        path.write_text(
            DESIGN.format(epochs=5).replace("[1e4, 1e5]", "[1e5]").replace("['FAULT']", json.dumps(
                [f"FAULT=. '{study}/fault.sh'".replace("it's", "it'\\''s"),
                 f"FAULT_LOG={study}/log"]))
            + "backend: ptychi\nptychi: " + json.dumps({"python": str(stand_in),
                                                        "script": str(study / "driver.py")})
        )  # fmt: skip
        return path

    return make


def load(path):
    return json.loads(path.read_text())


def assert_readable(folder):
    """What a reader finds at any moment is a whole file."""
    for path in [*root_of(folder).rglob("job.json"), *root_of(folder).glob("*.json")]:
        load(path)


def child_of(folder):
    for path in root_of(folder).rglob("job.json"):
        job = load(path)
        if job["status"] == "running":
            return job["pid"]
    return None


def kill_at_random(program, design, folder, chance):
    """Starts a run and kills it, or one of its children, with SIGKILL at a random moment."""
    runner = subprocess.Popen([program, "study", "run", design, "--jobs", "2", "--threads", "1"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(chance.uniform(0.0, 0.25))
    victim = child_of(folder) if chance.random() < 0.5 else runner.pid
    try:
        os.kill(victim or runner.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if chance.random() < 0.5:
        runner.kill()
    runner.wait(timeout=60)
    assert_readable(folder)


def test_killed_again_and_again_nothing_is_lost(plica, program, study, tmp_path):
    calm = tmp_path / "calm"
    shutil.copytree(study, calm)
    plica("study", "run", write_design(calm), "--jobs", "2", "--threads", "1")
    design = write_design(study)
    chance = random.Random(17)
    finished = {}
    for _ in range(KILLS):
        if len(finished) == JOBS:
            shutil.rmtree(root_of(study))  # so that there is always something to be killed
            finished.clear()
        kill_at_random(program, design, study, chance)
        for path in root_of(study).rglob("reconstruction.npz"):
            job = load(path.parent / "job.json")
            if job["status"] == "done":
                changed = path.stat().st_mtime_ns
                assert finished.setdefault(path, changed) == changed  # never done again
    done = plica("study", "run", design, "--jobs", "2", "--threads", "1").stdout
    assert f"{JOBS - len(finished)} done, {len(finished)} cached, 0 failed" in done
    for path, changed in finished.items():
        assert path.stat().st_mtime_ns == changed
    found, expected = (
        json.dumps(strip_times(load(root_of(folder) / "reconstruction_manifest.json")))
        for folder in (study, calm)
    )
    there, here = (json.dumps(str(folder))[1:-1] for folder in (study, calm))
    assert json.loads(found.replace(there, here)) == json.loads(expected)
    for path in root_of(calm).rglob("reconstruction.npz"):
        same = root_of(study) / path.relative_to(root_of(calm))
        assert_same_object(same, path)
    assert not list(root_of(study).rglob("*.tmp-*"))


def assert_same_object(a, b):
    import numpy as np

    key = "reconstructed_object"
    assert np.array_equal(np.load(a)[key], np.load(b)[key])


def mount_small(path, size):
    path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "plica-test", path],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode == 0:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"cannot mount a small disk: {done.stderr}")
    pytest.skip(f"optional: cannot mount a small disk: {done.stderr}")


def test_a_full_disk_fails_jobs_and_says_so(plica, study):
    mount_small(root_of(study), "64k")
    try:
        done = plica("study", "run", study / "d.yaml", check=False)
        assert done.returncode == 1
        assert "No space left on device" in done.stdout + done.stderr
        assert_readable(study)
        subprocess.run(["mount", "-o", "remount,size=64m", root_of(study)], check=True)
        assert f"{JOBS} done" in plica("study", "run", study / "d.yaml").stdout
    finally:
        subprocess.run(["umount", root_of(study)], check=True)


def test_a_root_that_cannot_be_written_is_an_error(plica, study):
    mount_small(root_of(study), "1m")
    try:
        subprocess.run(["mount", "-o", "remount,ro", root_of(study)], check=True)
        done = plica("study", "run", study / "d.yaml", check=False)
        assert done.returncode == 1 and "Read-only file system" in done.stderr
    finally:
        subprocess.run(["umount", root_of(study)], check=True)


def test_a_root_that_vanishes_fails_the_run_and_no_more(plica, faulty, study):
    design = faulty(f"rm -rf '{root_of(study)}'".replace("it's", "it'\\''s") + "; exit 0")
    done = plica("study", "run", design, check=False)
    assert done.returncode == 1 and "cannot" in done.stdout + done.stderr
    (study / "fault.sh").write_text("")
    assert "3 done" in plica("study", "run", design).stdout


def test_a_child_that_prints_without_end(plica, faulty, study):
    design = faulty("head -c 100000000 /dev/zero | tr '\\0' x >&2; echo at last >&2; exit 3")
    done = plica("study", "run", design, "--split", "train", check=False)
    assert done.returncode == 1 and "at last" in done.stdout and len(done.stdout) < 10000
    log = next(root_of(study).rglob("ptychi.log"))
    assert log.stat().st_size > 100000000


def is_alive(pid):
    try:
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_child_leaves_behind_is_ended(plica, faulty, study):
    design = faulty('(trap "" TERM HUP; sleep 1000) & echo $! > "$out/pid"')
    assert "1 done" in plica("study", "run", design, "--split", "train").stdout
    pid = next(root_of(study).rglob("pid")).read_text().strip()
    end = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_folder_that_becomes_a_link_leads_nowhere(plica, faulty, study, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    # the first job replaces the second one's folder
    design = faulty(f'rm -rf "$out/../test"; ln -s {outside} "$out/../test"')
    done = plica("study", "run", design, "--jobs", 1, check=False)
    assert done.returncode == 1 and "symbolic link" in done.stdout
    assert "2 done, 0 cached, 1 failed" in done.stdout
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"jobs": 7}', '{"jobs": [{"command": ["rm"]}]}'])
def test_a_manifest_edited_by_hand_is_not_believed(plica, faulty, study, text):
    design = faulty("")
    plica("study", "run", design)
    manifest = root_of(study) / "reconstruction_manifest.json"
    manifest.write_text(text)
    assert "0 done, 3 cached" in plica("study", "run", design).stdout
    assert len(load(manifest)["jobs"]) == 3
    assert len((study / "log").read_text().split('\nin two lines/')) == 4


@pytest.mark.parametrize("text", ["", "[]", "{", '{"status": "done"}', '{"status": 1, "pid": -1}',
                                  '{"status": "done", "options": [3, "x", "=", {}]}'])  # fmt: skip
def test_a_record_edited_by_hand_is_done_again(plica, faulty, study, text):
    design = faulty("")
    plica("study", "run", design)
    next(root_of(study).rglob("train/job.json")).write_text(text)
    plica("study", "status", design)
    assert "1 done, 2 cached" in plica("study", "run", design).stdout


def test_a_clock_that_goes_back_changes_nothing(plica, faulty, study):
    design = faulty("")
    plica("study", "run", design)
    for path in root_of(study).rglob("*"):
        os.utime(path, (4e9, 4e9))  # as if all of it were made in the future
    assert "0 done, 3 cached" in plica("study", "run", design).stdout
