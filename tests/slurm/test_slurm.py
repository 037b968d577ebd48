# SPDX-License-Identifier: BSD-3-Clause
"""Studies as job arrays of a real Slurm: run, cancelled, out of time, and with a controller that
goes away half-way."""
import json
import shlex
import shutil
import subprocess
import threading
import time

import pytest
from manifest import strip_times

DESIGN = """\
name: small
doses: {doses}
patch_size_pixels: 32
views: [{{name: baseline}}]
splits: [train, test, full]
reconstruction: {{algorithm: LSQML, num_epochs: {epochs}, batch_size: 20}}
data: {{specimen: cells, count: 144, step_px: 4}}
"""
SLOW = 900000  # epochs: longer than any test waits


class Study:
    """A design in a folder, and plica's commands on it with the cluster's environment."""

    def __init__(self, folder, program, cluster):
        self.folder, self.program, self.cluster = folder, program, cluster
        self.design = folder / "d.yaml"
        self.root = folder / "small" / "reconstructions"

    def write(self, epochs, doses="[1e4, 1e5]"):
        self.design.write_text(DESIGN.format(epochs=epochs, doses=doses))

    def plica(self, command, *args, check=True, **environment):
        done = subprocess.run(
            [self.program, "study", command, self.design, *map(str, args)],
            env=self.cluster.environment | environment, capture_output=True, text=True, timeout=240,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if check and done.returncode != 0:
            pytest.fail(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def submit(self, *args, **keywords):
        return self.plica("run", "--executor", "slurm", *args, **keywords)

    def status(self, *args):
        return json.loads(self.plica("status", "--json", *args).stdout)

    def states(self):
        return [job["status"] for job in self.status()["jobs"]]

    def wait(self, condition, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition(self.states()):
                return
            time.sleep(0.3)
        logs = [path.read_text() for path in (self.root / "slurm").glob("*.log")]
        pytest.fail(f"it came to {self.status()['jobs']}\n{logs}\n{self.cluster.logs()}")

    def wait_word(self, index, key, word):
        """What Slurm has to say of a job: it comes after the job's own record of its end."""

        def said():
            return word in self.status()["jobs"][index].get("executor", {}).get(key, "")

        self.cluster.wait_for(said, f"'{word}'")

    def wait_done(self):
        self.wait(lambda states: set(states) == {"done"})

    def manifest(self):
        return json.loads((self.root / "reconstruction_manifest.json").read_text())


@pytest.fixture(scope="module")
def data(program, cluster, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study data")
    study = Study(folder, program, cluster)
    study.write(5)
    study.plica("generate")
    return folder


@pytest.fixture(scope="module")
def make_study(data, program, cluster, tmp_path_factory):
    """A study in a folder whose name needs quoting and means something to Slurm: %A."""

    def make(epochs, **keywords):
        folder = tmp_path_factory.mktemp("one") / "it's 100%A \"study\"\nin two lines"
        shutil.copytree(data, folder)
        study = Study(folder, program, cluster)
        study.write(epochs, **keywords)
        return study

    return make


@pytest.fixture(scope="module", autouse=True)
def out_of_time(make_study):
    """Submitted before everything else: Slurm's shortest limit is a minute."""
    study = make_study(SLOW, doses="[1e5]")
    study.submit("--split", "train", "--timeout", 0.5)
    yield study
    study.cluster.ask("scancel", "--user=root")


def test_pretend_does_nothing(make_study):
    study = make_study(5)
    said = study.submit("--pretend", "--partition", "main", "--array-limit", 2).stdout
    words = shlex.split(said.split("\nEND\n")[1])
    assert words[0] == "sbatch" and "--array=0-5%2" in words and "--partition=main" in words
    assert '--task "$((SLURM_ARRAY_TASK_ID + 0))"' in said
    assert not study.root.exists()


def test_an_array_does_what_a_run_does(make_study):
    here, there = make_study(5), make_study(5)
    here.plica("run")
    said = there.submit("--array-limit", 2).stdout
    assert "6 submitted as 2 arrays" in said
    there.wait_done()
    time.sleep(1)  # for the last task to write the manifest
    there.cluster.wait_for(lambda: len(there.manifest()["execution_results"]) == 6, "manifest")
    text = json.dumps(strip_times(there.manifest()))
    text = text.replace(json.dumps(str(there.folder))[1:-1], json.dumps(str(here.folder))[1:-1])
    # cores of a task are Slurm's choice
    expected = strip_times(here.manifest())
    found = json.loads(text)
    for manifest in (expected, found):
        for job in manifest["jobs"]:
            at = job["command"].index("--threads")
            del job["command"][at : at + 2]
    assert found == expected
    again = there.submit().stdout
    assert "0 submitted, 0 with Slurm already, 6 cached" in again
    jobs = there.status()["jobs"]
    assert {job["executor"]["state"] for job in jobs} <= {"COMPLETED", "COMPLETING"}
    assert len({job["executor"]["id"] for job in jobs}) == 6


def test_cancelled_tasks_can_be_submitted_again(make_study):
    study = make_study(SLOW, doses="[1e5]")
    study.submit("--array-limit", 1)
    study.wait(lambda states: states == ["running", "queued", "queued"])
    # whose own squeue shows other jobs only, as a rule
    again = study.submit(SQUEUE_NAMES="others").stdout
    assert "0 submitted, 3 with Slurm already" in again
    ids = [job["executor"]["id"] for job in study.status()["jobs"]]
    study.cluster.ask("scancel", *ids)
    study.wait(lambda states: states == ["killed"] * 3)
    for index in range(3):
        study.wait_word(index, "state", "CANCELLED")
    said = study.plica("status").stdout
    assert said.count("CANCELLED") == 3 and "run it again" in said
    study.write(5, doses="[1e5]")
    assert "3 submitted" in study.submit().stdout
    study.wait_done()


def test_a_job_that_fails_tells_why(make_study):
    study = make_study(5, doses="[1e5]")
    path = study.folder / "small" / "phase_c" / "dose_100000" / "patched_test.npz"
    path.write_bytes(b"no archive")
    study.submit("--split", "test", "--retries", 1)
    study.wait(lambda states: states[1] == "failed")
    study.wait_word(1, "remedy", "see its log")
    assert study.status()["jobs"][1]["attempts"] == 2


def test_an_edited_design_is_not_run(make_study):
    study = make_study(5, doses="[1e5]")
    study.submit("--split", "train", "--sbatch=--hold")
    study.write(6, doses="[1e5]")
    study.cluster.ask("scontrol", "release", study.status()["jobs"][0]["executor"]["id"])
    study.wait(lambda states: states[0] == "failed")
    log = next((study.root / "slurm").glob("*.log")).read_text()
    assert "has changed since the array was submitted" in log


def test_a_refusal_is_said_at_once(make_study):
    study = make_study(5)
    done = study.submit("--partition", "nowhere", check=False)
    assert done.returncode == 1 and "sbatch: " in done.stderr and "nowhere" in done.stderr


def test_a_controller_that_goes_away_half_way(make_study, cluster):
    # long enough to go on without a controller, which is what is tested
    first, second = make_study(15000, doses="[1e5]"), make_study(5, doses="[1e5]")
    first.submit()
    first.wait(lambda states: "running" in states)
    cluster.stop("slurmctld")
    said = json.loads(first.plica("status", "--json").stdout)
    assert not said["executor_answered"]
    # squeue gives up late: who ran may have ended meanwhile, but nobody can have begun
    states = [job["status"] for job in said["jobs"]]
    assert states[0] in ("running", "done") and states[2] in ("none", "queued")
    answer = []
    submission = threading.Thread(target=lambda: answer.append(second.submit(check=False)))
    submission.start()
    time.sleep(8)
    cluster.start_controller()
    submission.join(timeout=120)
    assert answer[0].returncode == 0, answer[0].stderr
    assert "trying again" in answer[0].stderr
    first.wait(lambda states: set(states) == {"done"}, seconds=120)
    second.wait_done()


def test_an_answer_that_comes_too_late(make_study, cluster, tmp_path):
    """sbatch that Slurm hears and that does not hear Slurm: the array is found, not doubled."""
    study = make_study(5, doses="[1e5]")
    deaf = tmp_path / "sbatch"
    deaf.write_text(
        f"#!/bin/sh\n{shutil.which('sbatch')} \"$@\" >> {tmp_path}/numbers\n"
        "echo 'sbatch: error: Batch job submission failed: Socket timed out' >&2\nexit 1\n"
    )
    deaf.chmod(0o755)
    path = f"{tmp_path}:{cluster.environment['PATH']}"
    said = study.submit("--sbatch=--comment=mine", "--sbatch=--job-name=x", PATH=path)
    numbers = (tmp_path / "numbers").read_text().split()
    assert len(numbers) == 1 and f"3 submitted as array {numbers[0]}," in said.stdout
    assert "Socket timed out" in said.stderr
    assert [path.name for path in study.root.glob("slurm/*.json")] == [f"{numbers[0]}.json"]
    study.wait_done()


def test_out_of_time(out_of_time):
    out_of_time.wait(lambda states: states[0] == "timeout", seconds=150)
    out_of_time.wait_word(0, "state", "TIMEOUT")
    assert "longer --timeout" in out_of_time.status()["jobs"][0]["executor"]["remedy"]
    out_of_time.write(5, doses="[1e5]")
    assert "1 submitted" in out_of_time.submit("--split", "train", "--timeout", 5).stdout
    out_of_time.wait(lambda states: states[0] == "done")
