# SPDX-License-Identifier: BSD-3-Clause
"""Sparse scans, bad probes, masks: no engine diverges, and ML finds the object (doc/robustness.md)."""
import json
import sys

import numpy as np
import pytest

# what flat objects are worth: 0.55
ENGINES = {"ML": 0.06, "LSQML": 0.4, "rPIE": 0.2, "ePIE": 0.4}


@pytest.fixture(scope="module")
def scans(root):
    sys.path.insert(0, str(root / "bench"))
    try:
        import scans as module
    finally:
        sys.path.pop(0)
    return module


@pytest.fixture(scope="module")
def parity(scans, shared):
    return scans.load(shared / "data" / "parity" / "n64_1e5.npz")


@pytest.fixture
def nrmse(plica, scans, tmp_path):
    """Reconstructs in 30 epochs and compares with the truth."""

    def measure(scan, *options):
        path = scans.save(tmp_path / "scan.npz", scan)
        plica("reconstruct", "-i", path, "-o", tmp_path, "-n", 30, "-t", 1, "--progress", "none", *options)
        said = plica("compare", tmp_path / "reconstruction.npz", "-r", path, "--json").stdout
        return json.loads(said)["metrics"]["nrmse"]["value"]

    return measure


def test_the_simulated_patterns_are_those_of_the_data_set(scans, parity):
    """The measuring script's own model: of the data set, only the noise is left."""
    few = scans.some_positions(parity, 0.05)
    counts = scans.expected_counts(
        few["objectGuess"].astype(complex), few["probeTruth"].astype(complex), few["ycoords"], few["xcoords"])
    misfit = ((np.sqrt(counts) - few["diffraction"]) ** 2).sum() / counts.sum()
    assert misfit == pytest.approx(0.00645, rel=0.02)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_quarter_of_the_positions_is_enough(scans, parity, nrmse, engine):
    assert nrmse(scans.some_positions(parity, 0.25), "-a", engine) < ENGINES[engine]


def test_ml_recovers_from_a_plain_gaussian(scans, parity, nrmse):
    """It holds the start on a plateau for a dozen epochs; ended there it stays at 0.36."""
    guess = scans.gaussian(parity["probeGuess"], 4 * np.sqrt(2))
    assert nrmse({**parity, "probeGuess": guess}) < 0.045


def test_a_guess_that_is_too_wide_is_centred(scans, parity, nrmse):
    guess = scans.gaussian(parity["probeGuess"], 9 * np.sqrt(2))
    assert nrmse({**parity, "probeGuess": guess}, "-s", "probe.center_constraint.enabled=true") < 0.045


def test_nonsense_behind_a_mask_is_not_seen(scans, parity, nrmse):
    valid = scans.without_module(64, 0.05)
    assert nrmse(scans.masked(parity, valid)) < 0.03


@pytest.mark.parametrize(("turns", "limit"), [(1, 0.03), (2, 0.1)])
def test_a_phase_that_wraps_is_not_scrambled(scans, parity, nrmse, turns, limit):
    """The patterns' centres of mass tell it; from a flat object it ends at 0.35 and 0.7."""
    wrapped = scans.picture_object(parity, 0.8, turns * 2 * np.pi)
    assert nrmse(scans.simulated(parity, 1e5, obj=wrapped)) < limit


def test_a_probe_out_of_focus_is_not_taken_for_a_phase(scans, parity, nrmse):
    """Strong absorption bends the beam of such a probe: a phase from that would cost 0.015."""
    absorbing = scans.picture_object(parity, 0.05, 0.0)
    assert nrmse(scans.simulated(parity, 1e5, obj=absorbing)) < 0.025


def test_patterns_on_their_side_are_noticed(plica, scans, parity, shared, tmp_path):
    """Nothing is said of the data as they are, the measured star's neither."""
    star = scans.load(shared / "data" / "siemens_star.npz")
    for scan in (parity, star):
        lying = {**scan, "diffraction": scan["diffraction"].transpose(0, 2, 1).copy()}
        said = []
        for made in (scan, lying):
            path = scans.save(tmp_path / "scan.npz", made)
            options = ("-a", "LSQML", "-n", 1, "--progress", "none")
            said.append(plica("reconstruct", "-i", path, "-o", tmp_path, *options).stderr)
        assert "better" not in said[0]
        assert "the patterns fit the scan better transposed" in said[1]
