# SPDX-License-Identifier: BSD-3-Clause
"""Incoherent modes and background, judged by numpy from the files alone."""
import json
import subprocess
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def gold(shared):
    path = shared / "data" / "gold_balls_two_modes.npz"
    with np.load(path) as data:
        return path, {key: data[key] for key in data.files}


@pytest.fixture(scope="module", params=["ML", "LSQML"])
def result(request, gold, plica, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    plica("reconstruct", "-i", gold[0], "-o", folder, "-a", request.param, "-n", 10, "-t", 2,
          "-s", "background.optimizable=true", "--progress", "none")
    with np.load(folder / "reconstruction.npz") as data:
        return folder, {key: data[key] for key in data.files}


def fidelity(first, second):
    """Of two mutual intensities, whichever way their modes are mixed."""
    first, second = (modes.reshape(len(modes), -1) for modes in (first, second))
    product = lambda a, b: (abs(a.conj() @ b.T) ** 2).sum()
    return product(first, second) / np.sqrt(product(first, first) * product(second, second))


def expected_counts(product, y, x):
    """The model of one position, from its definition."""
    probe = product["reconstructed_probe"].astype(complex)
    n = probe.shape[-1]
    row, col = int(np.rint(y)), int(np.rint(x))
    u = np.fft.fftfreq(n)
    ramp = np.exp(-2j * np.pi * (u[:, None] * (y - row) + u[None] * (x - col)))
    top, left = (np.array([row, col]) - n // 2 - product["object_origin"]).astype(int)
    patch = product["reconstructed_object"][top:top + n, left:left + n]
    waves = np.fft.fft2(np.fft.ifft2(np.fft.fft2(probe) * ramp) * patch, norm="ortho")
    return np.fft.fftshift((abs(waves) ** 2).sum(0)) + product["reconstructed_background"]


def test_the_modes_are_those_of_the_beam(gold, result):
    probe = result[1]["reconstructed_probe"]
    powers = (abs(probe) ** 2).sum((1, 2))
    assert probe.shape == (2, 104, 104)
    assert fidelity(probe, gold[1]["probeGuess"]) > 0.99
    assert powers[0] > powers[1]
    assert abs(np.vdot(probe[0], probe[1])) < 1e-5 * powers.sum()
    assert powers[1] / powers.sum() == pytest.approx(0.0581, abs=0.01)


def test_the_background_is_found(gold, result):
    found, truth = result[1]["reconstructed_background"], gold[1]["background"]
    assert found.min() >= 0
    assert np.median(abs(found / truth - 1)) < 0.05


def test_the_model_explains_the_data_as_well_as_the_truth(gold, result):
    """E_F is 0.0041 at the truth; here by the definition, of every fourth pattern."""
    product = result[1]
    residual = power = 0.0
    for i in range(0, len(gold[1]["diffraction"]), 4):
        amplitude = gold[1]["diffraction"][i].astype(float)
        counts = expected_counts(product, gold[1]["ycoords"][i], gold[1]["xcoords"][i])
        residual += ((amplitude - np.sqrt(counts)) ** 2).sum()
        power += (amplitude ** 2).sum()
    assert residual / power < 0.0043
    assert residual / power == pytest.approx(float(product["fourier_error"]), rel=0.02)


def test_the_object_is_found(gold, result, shared):
    done = subprocess.run(
        [sys.executable, shared / "tools" / "quality.py", result[0] / "reconstruction.npz", gold[0]],
        capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["nrmse"] < 0.04


def test_one_mode_is_not_enough(gold, plica, tmp_path):
    plica("reconstruct", "-i", gold[0], "-o", tmp_path, "-n", 6, "-t", 2, "-s", "probe.modes=1",
          "--progress", "none")
    with np.load(tmp_path / "reconstruction.npz") as data:
        assert data["reconstructed_probe"].shape == (104, 104)
        assert data["fourier_error"] > 0.0047
        assert "reconstructed_background" not in data.files


def test_info_says_how_the_photons_are_shared(gold, plica):
    shares = json.loads(plica("info", "--json", gold[0]).stdout)["probe_mode_shares"]
    powers = (abs(gold[1]["probeGuess"]) ** 2).sum((1, 2))
    assert shares == pytest.approx(powers / powers.sum(), rel=1e-5)
    assert "94.2 %, 5.8 % of the photons" in plica("info", gold[0]).stdout


def test_too_many_modes_are_refused(gold, plica, tmp_path):
    done = plica("reconstruct", "-i", gold[0], "-o", tmp_path, "-s", "probe.modes=65", check=False)
    assert done.returncode == 2
    assert "'probe.modes' is 65" in done.stderr
