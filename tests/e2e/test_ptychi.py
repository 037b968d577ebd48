# SPDX-License-Identifier: BSD-3-Clause
"""A study on the real pty-chi, beside the same study on the native engine."""
import csv
import json
import os
import pathlib

import numpy as np
import pytest

DESIGN = """\
name: twice
doses: [1e5]
patch_size_pixels: 32
views: [{name: baseline}]
splits: [full]
reconstruction: {algorithm: LSQML, num_epochs: 20, batch_size: 24}
environment: [OMP_NUM_THREADS=1]
data: {specimen: cells, count: 100, step_px: 4}
"""
JOB = pathlib.Path("dose_100000") / "baseline" / "full"


@pytest.fixture(scope="module")
def ptychi_python():
    """The interpreter that a study would find."""
    data = os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share"
    made = pathlib.Path(data) / "plica" / "ptychi" / "bin" / "python3"
    python = pathlib.Path(os.environ.get("PLICA_PTYCHI_PYTHON") or made)
    if not python.exists():
        pytest.skip(f"optional: no pty-chi at {python} (./dev setup ptychi makes it)")
    return python


@pytest.fixture(scope="module")
def study(plica, ptychi_python, tmp_path_factory):
    """The study, run once by each backend: its folder."""
    folder = tmp_path_factory.mktemp("two backends")
    design = folder / "d.yaml"
    design.write_text(DESIGN)
    plica("study", "generate", design)
    for backend in ("native", "ptychi"):
        plica("study", "run", design, "--backend", backend, "--artifact-root", folder / backend)
    return folder


def result_of(study, backend):
    name = "ptychi_reconstruction.npz" if backend == "ptychi" else "reconstruction.npz"
    return study / backend / JOB / name


def test_result_has_the_fields_of_a_reconstruction(study, ptychi_python):
    made = np.load(result_of(study, "ptychi"))
    native = np.load(result_of(study, "native"))
    for name in ("reconstructed_object", "reconstructed_probe"):
        assert made[name].dtype == np.complex64 and made[name].shape == native[name].shape
    assert np.array_equal(made["object_origin"], native["object_origin"])
    assert np.array_equal(made["ycoords"], native["ycoords"])
    assert str(made["algorithm"]) == "LSQML" and len(made["loss"]) == 20
    assert str(made["timestamp"]).startswith("20")
    versions = json.loads(str(made["versions"]))
    assert versions["ptychi"] and versions["torch"]
    picture = result_of(study, "ptychi").with_suffix(".png")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_run_is_recorded_with_versions(study):
    manifest = json.loads((study / "ptychi" / "reconstruction_manifest.json").read_text())
    versions = json.loads(str(np.load(result_of(study, "ptychi"))["versions"]))
    assert manifest["backend_versions"]["ptychi"] == versions["ptychi"]
    (job,) = manifest["jobs"]
    assert job["backend"] == "ptychi" and job["command"][1].endswith("ptychi_reconstruct_tike.py")
    (result,) = manifest["execution_results"]
    assert result["status"] == "done" and result["returncode"] == 0
    assert "epoch 20/20" in pathlib.Path(result["log_path"]).read_text()


def test_probe_has_the_power_of_the_native_one(study):
    """Both count photons: pty-chi's own units differ by the number of pixels."""
    power = [
        np.sum(np.abs(np.load(result_of(study, backend))["reconstructed_probe"]) ** 2)
        for backend in ("ptychi", "native")
    ]
    assert 0.8 < power[0] / power[1] < 1.25


def compare(plica, result, reference):
    return json.loads(plica("compare", result, "--reference", reference, "--json").stdout)


def shift_of(answer):
    return max(abs(value) for value in answer["removed"]["shift"].values())


def test_both_backends_find_the_same_object_in_the_same_place(plica, study):
    truth = study / "twice" / "phase_c" / "dose_100000" / "patched.npz"
    errors = {}
    for backend in ("native", "ptychi"):
        answer = compare(plica, result_of(study, backend), truth)
        errors[backend] = answer["metrics"]["nrmse"]["value"]
        assert shift_of(answer) < 0.2
    assert errors["native"] < 0.04 and errors["ptychi"] < 0.04
    between = compare(plica, result_of(study, "ptychi"), result_of(study, "native"))
    assert between["metrics"]["nrmse"]["value"] < 0.04
    assert shift_of(between) < 0.2


def test_studies_are_compared(plica, study):
    plica("study", "compare", study / "d.yaml", "--backend", "ptychi",
          "--artifact-root", study / "ptychi", "--reference-root", study / "native",
          "--output-dir", study)
    with open(study / "comparison_metrics.csv", newline="") as table:
        (row,) = csv.DictReader(table)
    assert float(row["nrmse"]) < 0.04


def test_what_is_done_is_not_done_again(plica, study):
    path = study / "ptychi" / "reconstruction_manifest.json"
    before = json.loads(path.read_text())["backend_versions"]
    options = ("--backend", "ptychi", "--artifact-root", study / "ptychi")
    assert "1 cached" in plica("study", "run", study / "d.yaml", *options).stdout
    assert json.loads(path.read_text())["backend_versions"] == before
    record = path.parent / JOB / "job.json"
    record.write_text(record.read_text().replace(f'"{before["ptychi"]}"', '"0.9"'))
    (job,) = json.loads(plica("study", "plan", study / "d.yaml", "--json", *options).stdout)["jobs"]
    assert job["state"] == "stale"
    assert job["reason"] == f"pty-chi was 0.9, now {before['ptychi']}"
