# SPDX-License-Identifier: BSD-3-Clause
"""plica study compare: a table that says what plica compare says of each job."""
import csv
import json

import numpy as np
import pytest

DESIGN = """\
name: pair
doses: [1e5]
patch_size_pixels: 32
views: [{name: baseline}]
splits: [train, test, full]
reconstruction: {num_epochs: 5, batch_size: 20}
data: {specimen: cells, count: 144, step_px: 4}
"""


@pytest.fixture(scope="module")
def study(plica, tmp_path_factory):
    """A study of three jobs, of which one has not been run."""
    folder = tmp_path_factory.mktemp("compare")
    design = folder / "design.yaml"
    design.write_text(DESIGN)
    plica("study", "generate", design)
    plica("study", "run", design, "--split", "train", "--split", "full")
    return design


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_table_says_what_compare_says(plica, study, tmp_path):
    shown = plica("study", "compare", study, "-o", tmp_path).stdout
    assert "not reconstructed yet" in shown and "comparison_metrics.csv" in shown
    rows = {row["split"]: row for row in rows_of(tmp_path / "comparison_metrics.csv")}
    assert list(rows) == ["train", "test", "full"]
    assert rows["test"]["reason"] == "not reconstructed yet" and rows["test"]["nrmse"] == ""
    for split in ("train", "full"):
        row = rows[split]
        single = json.loads(
            plica("compare", row["reconstruction"], "-r", row["reference"], "--json").stdout
        )
        for key, metric in single["metrics"].items():
            if key == "range":
                continue
            if metric["reason"] is None:
                assert float(row[key]) == pytest.approx(metric["value"], rel=1e-8), key
            else:
                assert row[key] == "" and f"{key}: {metric['reason']}" in row["reason"]
        assert float(row["shift_y_px"]) == pytest.approx(
            single["removed"]["shift"]["y_px"], rel=1e-8
        )
        curve = rows_of(tmp_path / f"dose_100000_baseline_{split}_frc_curves.csv")
        assert [float(ring["frc"]) for ring in curve] == pytest.approx(single["frc"]["frc"])
    assert not (tmp_path / "dose_100000_baseline_test_frc_curves.csv").exists()


def test_another_programs_results(plica, study, tmp_path):
    plica("study", "compare", study, "-o", tmp_path)
    row = rows_of(tmp_path / "comparison_metrics.csv")[2]
    own = dict(np.load(row["reconstruction"]))
    other = tmp_path / "other" / "dose_100000" / "baseline" / "full"
    other.mkdir(parents=True)
    moved = np.roll(own["reconstructed_object"], 2, axis=0) * 1j
    np.savez(other / "ptychi_reconstruction.npz", reconstructed_object=moved,
             object_origin=own["object_origin"])
    plica("study", "compare", study, "--reference-root", tmp_path / "other", "-o", tmp_path)
    rows = rows_of(tmp_path / "comparison_metrics.csv")
    assert rows[2]["reference"].endswith("ptychi_reconstruction.npz")
    assert float(rows[2]["shift_y_px"]) == pytest.approx(-2, abs=0.05)
    assert float(rows[2]["nrmse"]) < 0.05
    assert "cannot find 'reconstruction.npz' or" in rows[0]["reason"]
    assert float(rows[2]["r_factor"]) > 0
