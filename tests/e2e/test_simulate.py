# SPDX-License-Identifier: BSD-3-Clause
"""plica simulate and plica split: contract, dose, photon statistics, forward model, threads."""
import hashlib
import json

import numpy as np
import pytest
from skimage.io import imsave

KEYS = {"diffraction", "probeGuess", "objectGuess", "xcoords", "ycoords", "_metadata"}
SMALL = ("--pattern-px", 64, "--count", 120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("simulate")


@pytest.fixture(scope="module")
def make(plica, folder):
    """make("name", options...) simulates into name.npz, once for the module: its path."""

    def run(name, *options):
        path = folder / f"{name}.npz"
        if not path.exists():
            plica("simulate", "-o", path, *options)
        return path

    return run


@pytest.fixture(scope="module")
def truth(make):
    """A dataset whose probeGuess is the true probe."""
    return np.load(make("truth", *SMALL, "--probe-guess", "true", "--dose", 2e4))


def expected_counts(data):
    """The forward model, written anew: |F[T P . O]|^2, zero frequency at N/2."""
    probe = np.atleast_3d(data["probeGuess"].T).T.astype(complex)
    n = probe.shape[-1]
    u = np.fft.fftfreq(n)
    out = np.empty((len(data["xcoords"]), n, n))
    for i, (y, x) in enumerate(zip(data["ycoords"], data["xcoords"])):
        row, col = np.rint(y), np.rint(x)
        ramp = np.exp(-2j * np.pi * (u[:, None] * (y - row) + u * (x - col)))
        shifted = np.fft.ifft2(np.fft.fft2(probe) * ramp)
        top, left = int(row) - n // 2, int(col) - n // 2
        patch = data["objectGuess"][top : top + n, left : left + n]
        wave = np.fft.fft2(shifted * patch, norm="ortho")
        out[i] = np.fft.fftshift((abs(wave) ** 2).sum(0))
    return out


def check_statistics(data):
    """Counts are whole, and Poisson about the model: mean, dispersion, no trend in the residual."""
    counts = data["diffraction"].astype(float) ** 2
    model = expected_counts(data)
    assert abs(counts - np.rint(counts)).max() < 1e-3 * max(1, counts.max() * 1e-3)
    assert counts.sum() == pytest.approx(model.sum(), abs=5 * np.sqrt(model.sum()))
    bright = model > 5
    assert bright.sum() > 1000
    chi = ((counts - model)[bright] ** 2 / model[bright]).mean()
    assert chi == pytest.approx(1, abs=5 * np.sqrt(2.4 / bright.sum()))
    dark = model < 0.5  # zeros are as frequent as Poisson says
    zeros = np.exp(-model[dark])
    spread = np.sqrt((zeros * (1 - zeros)).sum())
    assert (counts[dark] < 0.5).sum() == pytest.approx(zeros.sum(), abs=5 * spread)


def test_contract(make):
    data = np.load(make("default"))
    assert set(data.files) == KEYS
    assert data["diffraction"].shape == (500, 128, 128)
    assert data["diffraction"].dtype == np.float32
    assert data["probeGuess"].shape == (128, 128) and np.iscomplexobj(data["probeGuess"])
    assert data["objectGuess"].ndim == 2 and np.iscomplexobj(data["objectGuess"])
    height, width = data["objectGuess"].shape
    for key, size in (("ycoords", height), ("xcoords", width)):
        start = np.rint(data[key]) - 64
        assert data[key].shape == (500,) and data[key].dtype == np.float64
        assert start.min() >= 0 and start.max() + 128 <= size
    assert (data["diffraction"] >= 0).all()


def test_metadata(make):
    data = np.load(make("default"))
    metadata = json.loads(str(data["_metadata"]))
    measured = (data["diffraction"].astype(float) ** 2).sum((1, 2)).mean()
    assert metadata["dose"] == 1e5 and metadata["simulation_seed"] == 42
    assert metadata["dose_measured"] == pytest.approx(measured, rel=1e-6)
    assert metadata["specimen"] == "cells" and metadata["scan"] == "raster"
    step = (1 - 0.7) * metadata["probe_diameter_px"]
    assert metadata["step_px"] == pytest.approx(step)
    assert metadata["linear_overlap"] == pytest.approx(0.7, abs=0.02)
    assert metadata["area_overlap"] == pytest.approx(0.624, abs=0.025)
    assert set(metadata["units"]) == {"dose", "diffraction", "coordinates"}


def test_validates(plica, make):
    answer = json.loads(plica("validate", make("default"), "--json").stdout)
    assert answer["ok"] and answer["errors"] == [] and answer["warnings"] == []


@pytest.mark.parametrize("dose", [1e3, 1e4, 1e5, 1e6])
def test_dose(make, dose):
    data = np.load(make(f"dose{dose:g}", *SMALL, "--dose", dose))
    assert (data["diffraction"].astype(float) ** 2).sum((1, 2)).mean() == pytest.approx(
        dose, rel=0.01
    )


def test_same_bytes_for_any_number_of_threads(plica, folder):
    digests = set()
    for threads in (1, 2, 4):
        path = folder / f"threads{threads}.npz"
        plica("simulate", "-o", path, *SMALL, "--threads", threads)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_seed_and_dose_change_what_they_should(make):
    first = np.load(make("seed42", *SMALL))
    other = np.load(make("seed43", *SMALL, "--seed", 43))
    dim = np.load(make("dim", *SMALL, "--dose", 1e3))
    assert not np.array_equal(first["objectGuess"], other["objectGuess"])
    assert not np.array_equal(first["ycoords"], other["ycoords"])
    assert not np.array_equal(first["diffraction"], other["diffraction"])
    for key in ("objectGuess", "ycoords", "xcoords"):
        assert np.array_equal(first[key], dim[key])


def test_forward_model_and_photon_statistics(truth):
    check_statistics(truth)


def test_odd_patterns_and_fermat(make):
    options = ("--pattern-px", 45, "--scan", "fermat", "--count", 60, "--probe", "disc")
    data = np.load(make("odd", *options, "--probe-guess", "true", "--dose", 5e3))
    assert data["diffraction"].shape == (60, 45, 45)
    check_statistics(data)


def test_two_modes_from_a_base_file(make, shared):
    base = shared / "data" / "gold_balls_two_modes.npz"
    data = np.load(make("gold", "--specimen", base, "--count", 80, "--overlap", 0.7))
    assert data["probeGuess"].shape == (2, 104, 104)
    assert np.array_equal(data["objectGuess"], np.load(base)["objectGuess"].astype(np.complex64))
    check_statistics(data)


def test_variance_is_the_mean(make):
    """One place again and again: every pixel's variance over its mean."""
    data = np.load(
        make("still", "--pattern-px", 32, "--count", 2000, "--step-px", 1e-6, "--dose", 2e4)
    )
    counts = data["diffraction"].astype(float) ** 2
    mean, variance = counts.mean(0), counts.var(0, ddof=1)
    seen = mean > 1
    assert seen.sum() > 100
    ratio = variance[seen] / mean[seen]
    assert ratio.mean() == pytest.approx(1, abs=5 * np.sqrt(2 / 2000 / seen.sum()))
    assert abs(ratio - 1).max() < 6 * np.sqrt(3 / 2000)


def test_guess_is_nominal_unless_true(make, truth):
    nominal = np.load(make("nominal", *SMALL, "--dose", 2e4))
    true, guess = truth["probeGuess"], nominal["probeGuess"]
    likeness = abs(np.vdot(true, guess)) / np.linalg.norm(true) / np.linalg.norm(guess)
    assert 0.1 < likeness < 0.95
    assert np.linalg.norm(guess) == pytest.approx(np.linalg.norm(true), rel=1e-5)
    assert np.array_equal(nominal["diffraction"], truth["diffraction"])
    # in Fourier space the two differ by a quadratic phase alone
    a, b = np.fft.fft2(true), np.fft.fft2(guess)
    assert np.allclose(abs(a), abs(b), atol=1e-3 * abs(a).max())


def test_pictures(make, folder):
    height, width = 150, 170
    phase = np.add.outer(np.arange(height), np.arange(width)) % 256
    imsave(folder / "phase.png", phase.astype(np.uint8), check_contrast=False)
    data = np.load(
        make("pictures", "--phase-png", folder / "phase.png", "--phase-range", 1.2,
             "--pattern-px", 64, "--step-px", 8)
    )  # fmt: skip
    assert data["objectGuess"].shape == (height, width)
    assert np.allclose(abs(data["objectGuess"]), 1, atol=1e-5)
    assert np.allclose(np.angle(data["objectGuess"]), phase / 255 * 1.2, atol=2e-2)
    assert np.ptp(data["ycoords"]) > 60 and np.ptp(data["xcoords"]) > 80


@pytest.mark.parametrize("specimen", ["cells", "siemens", "lines"])
def test_specimens_have_detail_everywhere(make, specimen):
    data = np.load(make(specimen, *SMALL, "--specimen", specimen))
    phase, amplitude = np.angle(data["objectGuess"]), abs(data["objectGuess"])
    assert phase.min() > -1e-3 and phase.max() < 1.5001 and phase.std() > 0.2
    assert amplitude.min() > 0.69 and amplitude.max() < 1.0001


@pytest.mark.parametrize(
    "options, expected",
    [
        ((), {"count": 500}),
        (("--size-px", 100, "--step-px", 10), {"count": 121}),
        (("--size-px", 90, "--count", 100), {"step": 10}),
        (("--count", 50, "--step-px", 7), {"count": 50, "step": 7}),
        (("--scan", "fermat", "--size-px", 100, "--step-px", 5, "--jitter", 0), {"near": 400}),
    ],
)
def test_scans(plica, folder, options, expected):
    path = folder / "scan.npz"
    answer = json.loads(
        plica("simulate", "-o", path, "--pattern-px", 32, "--json", *options).stdout
    )
    count = len(np.load(path)["xcoords"])
    assert answer["schema"] == 1 and answer["file"] == str(path) and answer["patterns"] == count
    if "count" in expected:
        assert count == expected["count"]
    if "step" in expected:
        assert answer["step_px"] == pytest.approx(expected["step"])
    if "near" in expected:
        assert count == pytest.approx(expected["near"], rel=0.06)


@pytest.mark.parametrize(
    "options, words",
    [
        (("--dose", 0), ("'dose' is 0", "more than 0")),
        (("--dose", "1e12"), ("'dose' is 1e+12", "at most 1e+09")),
        (("--dose", "nan"), ("'--dose' takes a number, not 'nan'",)),
        (("--dose", "bright"), ("'--dose' takes a number, not 'bright'",)),
        (("--overlap", 1), ("'overlap' is 1", "less than 1")),
        (("--overlap", -0.1), ("'overlap' is -0.1", "0 or more")),
        (("--step-px", 0), ("'step-px' is 0", "more than 0")),
        (("--step-px", 3, "--overlap", 0.5), ("'step-px' and 'overlap'", "one of them")),
        (("--size-px", 9, "--count", 9, "--step-px", 9), ("expected two of them",)),
        (("--size-px", -5), ("'size-px' is -5", "0 to")),
        (("--count", 0), ("'count' is 0", "1 to")),
        (("--count", "-99999999999999999999"), ("takes a whole number",)),
        (("--count", 2.5), ("'--count' takes a whole number, not '2.5'",)),
        (("--pattern-px", 4), ("'pattern-px' is 4", "8 to 4096")),
        (("--jitter", 2), ("'jitter' is 2", "0 to 1")),
        (("--seed", -1), ("'seed' is -1", "0 to")),
        (("--threads", 0), ("'threads' is 0", "1 to")),
        (("--pupil", 0.6), ("'pupil' is 0.6", "less than 0.5")),
        (("--stop", 1), ("'stop' is 1", "0 to 0.9")),
        (("--probe-diameter", 120), ("'probe-diameter' is 120", "at most 102.4 px")),
        (("--specimen", "cell"), ("'cell'", "'cells', 'siemens', 'lines'", "did you mean 'cells'")),
        (("--probe", "zoneplate"), ("'zoneplate'", "did you mean 'zone-plate'")),
        (("--scan", "spiral"), ("'spiral'", "'raster' or 'fermat'")),
        (("--probe-guess", "good"), ("'good'", "'true' or 'nominal'")),
        (("--doze", 5), ("--doze", "did you mean '--dose'")),
        (("stray",), ("unexpected argument 'stray'",)),
    ],
)
def test_wrong_values_are_refused(plica, folder, options, words):
    path = folder / "never.npz"
    done = plica("simulate", "-o", path, *options, check=False)
    assert done.returncode == 2 and done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert not path.exists()


def test_output_is_needed(plica):
    done = plica("simulate", check=False)
    assert done.returncode == 2 and "'--output' is missing" in done.stderr


def test_failures_leave_no_file(plica, folder, make):
    path = folder / "never.npz"
    done = plica("simulate", "-o", path, "--specimen", folder / "absent.npz", check=False)
    assert done.returncode == 1 and "absent.npz" in done.stderr
    done = plica("simulate", "-o", folder / "no" / "such" / "folder.npz", *SMALL, check=False)
    assert done.returncode == 1 and "folder.npz" in done.stderr
    base = make("seed42", *SMALL)
    done = plica("simulate", "-o", path, "--specimen", base, "--size-px", 5000, check=False)
    assert done.returncode == 2 and "needs an object of at least" in done.stderr
    np.savez(folder / "real.npz", objectGuess=np.ones((90, 90)))
    done = plica("simulate", "-o", path, "--specimen", folder / "real.npz", "--probe", "disc",
                 check=False)  # fmt: skip
    assert done.returncode == 1 and "float64 (90, 90), expected complex (H, W)" in done.stderr
    assert not path.exists() and not list(folder.glob("never*"))


@pytest.mark.parametrize("axis", ["y", "x"])
def test_split(plica, make, folder, axis):
    path = make("seed42", *SMALL)
    out = folder / f"halves_{axis}"
    answer = json.loads(
        plica("split", path, "--axis", axis, "--output-dir", out, "--json").stdout
    )
    whole = np.load(path)
    train, test = (np.load(out / f"seed42_{half}.npz") for half in ("train", "test"))
    place = f"{axis}coords"
    assert train[place].max() < test[place].min()
    joined = np.concatenate([train["diffraction"], test["diffraction"]])
    places = np.concatenate([np.c_[half["ycoords"], half["xcoords"]] for half in (train, test)])
    order = np.lexsort(places.T)
    old = np.c_[whole["ycoords"], whole["xcoords"]]
    old_order = np.lexsort(old.T)
    assert np.array_equal(places[order], old[old_order])
    assert np.array_equal(joined[order], whole["diffraction"][old_order])
    for half, name in ((train, "train"), (test, "test")):
        metadata = json.loads(str(half["_metadata"]))
        assert metadata["split"] == name and metadata["split_axis"] == axis
        assert metadata["source_file"] == "seed42.npz" and metadata["dose"] == 1e5
        assert answer[name]["patterns"] == len(half["xcoords"]) == metadata["n_images"]
        assert np.array_equal(half["objectGuess"], whole["objectGuess"])
        plica("validate", out / f"seed42_{name}.npz")


def test_split_beside_its_input(plica, make):
    path = make("seed42", *SMALL)
    said = plica("split", path, "--axis", "y").stdout
    for half in ("train", "test"):
        beside = path.with_name(f"seed42_{half}.npz")
        assert beside.exists() and f"{beside}: " in said


def test_a_data_set_without_photons_is_none(plica, folder):
    """No command would take it."""
    words = ("-o", folder / "dark.npz", "--pattern-px", 32, "--count", 4, "--dose", 1e-9)
    done = plica("simulate", *words, check=False)
    assert done.returncode == 1
    assert "no photon was drawn in 4 patterns at a dose of 1e-09 photons per exposure" in done.stderr
    assert not (folder / "dark.npz").exists()


def test_one_position_has_no_spacing(plica, folder):
    text = plica("simulate", "-o", folder / "one.npz", "--pattern-px", 32, "--count", 1).stdout
    assert "all positions in one place" in text and "nan" not in text


def test_split_refuses(plica, make, folder):
    path = make("seed42", *SMALL)
    for options, word in (((), "'--axis' is missing"), (("--axis", "z"), "expected 'y' or 'x'")):
        done = plica("split", path, *options, check=False)
        assert done.returncode == 2 and word in done.stderr
    line = make("line", "--pattern-px", 32, "--count", 1)
    done = plica("split", line, "--axis", "y", check=False)
    assert done.returncode == 1 and "no extent" in done.stderr
    assert plica("split", folder / "absent.npz", "--axis", "y", check=False).returncode == 1
