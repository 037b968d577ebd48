# SPDX-License-Identifier: BSD-3-Clause
"""plica study compare: a table that says what plica compare says of each job."""
import csv
import json
import re

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


def test_the_designs_smoothing_counts(plica, study, tmp_path):
    """Of small pictures PtychoPINN's MS-SSIM alone has a value, and its amplitudes are smoothed."""
    design = study.parent / "smooth.yaml"
    design.write_text(DESIGN + "metrics: {ms_ssim_sigma: 3}\n")
    plica("study", "compare", design, "-o", tmp_path)
    row = rows_of(tmp_path / "comparison_metrics.csv")[0]
    figures = [
        json.loads(
            plica("compare", row["reconstruction"], "-r", row["reference"], "--json", *option).stdout
        )["metrics"]["amplitude_ms_ssim_ptychopinn"]["value"]
        for option in ((), ("--ms-ssim-sigma", "3"))
    ]
    assert figures[0] != pytest.approx(figures[1], rel=1e-3)
    assert float(row["amplitude_ms_ssim_ptychopinn"]) == pytest.approx(figures[1], rel=1e-8)
    page = tmp_path / "report.html"
    plica("study", "report", design, "-o", page)
    assert f"amplitude MS-SSIM</dt><dd>{figures[1]:.4f}</dd>" in page.read_text()


def test_the_designs_threshold_counts(plica, study, tmp_path):
    design = study.parent / "threshold.yaml"
    for level in (0.5, 0.9):
        design.write_text(DESIGN + f"metrics: {{frc_threshold: {level}}}\n")
        plica("study", "compare", design, "-o", tmp_path)
        row = rows_of(tmp_path / "comparison_metrics.csv")[0]
        assert float(row["frc_threshold"]) == level
        if level == 0.5:
            assert row["frc_crossing"] == row["frc_0_5"]
    rings = rows_of(tmp_path / "dose_100000_baseline_train_frc_curves.csv")
    frequency, frc = (
        np.array([float(ring[key]) for ring in rings]) for key in ("frequency_nyquist", "frc")
    )
    k = next(k for k in range(2, len(frc)) if frc[k] < 0.9)
    past = max(0, (frc[k - 1] - 0.9) / (frc[k - 1] - frc[k])) if frc[k - 1] > 0.9 else 0
    crossing = frequency[k - 1] + past * frequency[1]
    assert float(row["frc_crossing"]) == pytest.approx(crossing, rel=1e-5)
    page = tmp_path / "report.html"
    plica("study", "report", design, "-o", page)
    text = page.read_text()
    assert ">FRC 0.9<" in text and '"threshold":0.9,' in text
    shown = re.search(r' data-split="train"[^>]* data-frc="([^"]+)"', text)[1]
    assert float(shown) == pytest.approx(crossing, rel=1e-5)


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
