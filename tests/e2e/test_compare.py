# SPDX-License-Identifier: BSD-3-Clause
"""plica compare, judged by the shared ruler, scikit-image and a few lines of numpy."""
import csv
import importlib.util
import json
import re

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.io import imread
from skimage.metrics import structural_similarity

ROI = (34, 199, 34, 199)  # of parity/n64_1e5


@pytest.fixture(scope="module")
def ruler(shared):
    spec = importlib.util.spec_from_file_location("quality", shared / "tools" / "quality.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dataset(shared):
    return shared / "data" / "parity" / "n64_1e5.npz"


@pytest.fixture(scope="module")
def truth(dataset):
    return np.load(dataset)["objectGuess"].astype(np.complex128)


@pytest.fixture
def compare(plica):
    """Runs plica compare --json."""

    def run(reconstruction, reference, *options):
        done = plica("compare", reconstruction, "--reference", reference, "--json", *options)
        return json.loads(done.stdout)

    return run


def blur(field, sigma):
    return gaussian_filter(field.real, sigma) + 1j * gaussian_filter(field.imag, sigma)


def moved(field, shift, cycles, factor):
    """The field shifted, with a ramp of so many cycles over the array, times a factor."""
    fy = np.fft.fftfreq(field.shape[0])[:, None] * shift[0]
    fx = np.fft.fftfreq(field.shape[1])[None] * shift[1]
    field = np.fft.ifft2(np.fft.fft2(field) * np.exp(-2j * np.pi * (fy + fx)))
    y = np.linspace(0, cycles[0], field.shape[0], endpoint=False)[:, None]
    x = np.linspace(0, cycles[1], field.shape[1], endpoint=False)[None]
    return factor * field * np.exp(2j * np.pi * (y + x))


def noise(shape, sigma, seed=1):
    rng = np.random.default_rng(seed)
    return sigma * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))


def save(path, field, **more):
    np.savez(path, reconstructed_object=np.asarray(field, np.complex64), **more)
    return path


def texture(side, seed=7):
    """A smooth complex field with everything that a metric needs: 0.8 to 1, about one radian."""
    rng = np.random.default_rng(seed)
    first, second = (gaussian_filter(rng.standard_normal((side, side)), 2) for _ in range(2))
    return (0.9 + 0.1 * np.tanh(6 * first)) * np.exp(1j * np.tanh(6 * second))


def save_dataset(path, field, low, high):
    """A little dataset whose positions span low ... high on both axes, without gaps, bright."""
    n = 16
    probe = np.outer(np.hanning(n), np.hanning(n)).astype(np.complex64) * 10
    y, x = (axis.ravel() for axis in np.meshgrid(*2 * [np.linspace(low, high, 40)]))
    np.savez(
        path,
        diffraction=np.full((y.size, n, n), 1e3, np.float32),
        probeGuess=probe,
        objectGuess=field.astype(np.complex64),
        xcoords=x,
        ycoords=y,
    )
    return path


PERTURBED = {
    "blur": lambda t: blur(t, 1.0) + noise(t.shape, 0.03),
    "shift": lambda t: moved(blur(t, 0.8), (0.37, -0.61), (0, 0), 1) + noise(t.shape, 0.02),
    "ramp": lambda t: moved(t + noise(t.shape, 0.05), (0, 0), (0.7, -1.3), 1),
    "all": lambda t: moved(
        blur(t, 0.7) + noise(t.shape, 0.03), (0.37, -0.61), (1.2, -0.8), 0.6 * np.exp(2j)
    ),
    "far": lambda t: moved(
        blur(t, 0.7) + noise(t.shape, 0.03), (7.3, -9.8), (4.2, -3.8), 3 * np.exp(-2j)
    ),
    "bad": lambda t: moved(blur(t, 2) + noise(t.shape, 0.1), (2.3, -1.8), (0.2, -0.8), 3j),
}


@pytest.mark.parametrize("name", PERTURBED)
def test_agrees_with_the_ruler(compare, ruler, dataset, truth, tmp_path, name):
    path = save(tmp_path / "recon.npz", PERTURBED[name](truth))
    ours = compare(path, dataset)
    theirs = ruler.quality(*ruler.load(path, dataset))
    assert list(ours["area"].values()) == list(ROI)
    for key, key_theirs in (
        ("nrmse", "nrmse"),
        ("phase_rmse", "phase_rmse"),
        ("amplitude_rmse", "amp_rmse"),
        ("frc_0_5", "frc05"),
        ("frc_half_bit", "frchb"),
    ):
        metric = ours["metrics"][key]
        if theirs[key_theirs] == 1.0 and key.startswith("frc"):
            assert metric == {"value": None, "reason": "no crossing up to Nyquist"}
        else:
            assert metric["reason"] is None
            assert metric["value"] == pytest.approx(theirs[key_theirs], rel=1e-3), key
    # the ruler says what it applied, in cycles over the area with 24 px on each side
    removed = ours["removed"]
    scale = (ROI[1] - ROI[0]) / (ROI[1] - ROI[0] + 48)
    assert removed["shift"]["y_px"] == pytest.approx(-theirs["shift"][0], abs=2e-3)
    assert removed["shift"]["x_px"] == pytest.approx(-theirs["shift"][1], abs=2e-3)
    assert removed["ramp"]["y_cycles"] == pytest.approx(-theirs["shift"][2] * scale, abs=1e-3)
    assert removed["ramp"]["x_cycles"] == pytest.approx(-theirs["shift"][3] * scale, abs=1e-3)


def test_says_what_it_removed(compare, dataset, truth, tmp_path):
    field = moved(truth + noise(truth.shape, 0.01), (3.25, -6.5), (2.5, -1.75), 0.5 * np.exp(1.5j))
    removed = compare(save(tmp_path / "recon.npz", field), dataset)["removed"]
    assert removed["orientation"] == "identity"
    assert removed["shift"]["y_px"] == pytest.approx(3.25, abs=0.01)
    assert removed["shift"]["x_px"] == pytest.approx(-6.5, abs=0.01)
    assert removed["ramp"]["y_cycles"] == pytest.approx(2.5 * 165 / 234, abs=1e-3)
    assert removed["ramp"]["x_cycles"] == pytest.approx(-1.75 * 165 / 234, abs=1e-3)
    centre = (34 + 199) / 2 / 234
    planted = 0.5 * np.exp(1.5j + 2j * np.pi * centre * (2.5 - 1.75))
    assert complex(*removed["factor"].values()) == pytest.approx(planted, rel=2e-3)


def numpy_frc(a, b):
    side = min(a.shape)
    top, left = ((length - side) // 2 for length in a.shape)
    window = np.outer(np.hanning(side), np.hanning(side))
    spectra = []
    for picture in (a, b):
        square = picture[top : top + side, left : left + side].astype(complex)
        spectra.append(np.fft.fft2((square - square.mean()) * window))
    f = np.fft.fftfreq(side) * side
    radius = np.rint(np.hypot(*np.meshgrid(f, f))).astype(int)
    rings = [radius == i for i in range(side // 2 + 1)]
    product = (spectra[0] * spectra[1].conj()).real
    power = [abs(spectrum) ** 2 for spectrum in spectra]
    return np.array(
        [product[r].sum() / np.sqrt(power[0][r].sum() * power[1][r].sum()) for r in rings]
    ), np.array([r.sum() / 2 for r in rings])


def threshold(snr, n):
    n = np.maximum(n, 1)
    return (snr + 2 * np.sqrt(snr / n) + 1 / np.sqrt(n)) / (snr + 2 * np.sqrt(snr / n) + 1)


def first_crossing(curve, limit):
    limit = np.broadcast_to(limit, curve.shape)
    i = next(i for i in range(2, curve.size) if curve[i] < limit[i])
    above, below = curve[i - 1] - limit[i - 1], limit[i] - curve[i]
    return i - 1 + (above / (above + below) if above > 0 else 0)


def test_frc_is_numpys(compare, dataset, truth, tmp_path):
    path = save(tmp_path / "recon.npz", PERTURBED["all"](truth))
    table, aligned = tmp_path / "frc.csv", tmp_path / "aligned.npz"
    result = compare(path, dataset, "--frc-csv", table, "--aligned", aligned)
    fields = np.load(aligned)
    expected, samples = numpy_frc(fields["aligned"], fields["reference"])
    with open(table, encoding="ascii", newline="") as stream:
        rows = list(csv.DictReader(stream))
    curve = {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}
    assert np.allclose(curve["frc"], expected, rtol=0, atol=1e-6)
    assert np.allclose(result["frc"]["frc"], expected, rtol=0, atol=1e-6)
    assert np.allclose(curve["frequency_nyquist"], 2 * curve["ring"] / 165, rtol=0, atol=1e-9)
    assert np.allclose(curve["one_bit"], threshold(0.5, samples), rtol=0, atol=1e-9)
    half_bit = threshold((np.sqrt(2) - 1) / 2, samples)
    assert np.allclose(curve["half_bit"], half_bit, rtol=0, atol=1e-9)
    for key, limit in (
        ("frc_0_5", 0.5),
        ("frc_1_7", 1 / 7),
        ("frc_one_bit", threshold(0.5, samples)),
        ("frc_half_bit", half_bit),
    ):
        expected_crossing = 2 * first_crossing(expected, limit) / 165
        assert result["metrics"][key]["value"] == pytest.approx(expected_crossing, abs=1e-6)
    assert result["metrics"]["frc_mean"]["value"] == pytest.approx(expected[1:].mean(), abs=1e-6)


def pictures(fields):
    """(found, truth, range) of amplitude and phase, as compare.h defines them."""
    a, t = fields["aligned"].astype(complex), fields["reference"].astype(complex)
    direction = t.sum().conj()
    phases = [np.angle(field * direction) for field in (a, t)]
    low = phases[1].min()
    return {
        "amplitude": (abs(a), abs(t), np.ptp(abs(t))),
        "phase": (phases[0] - low, phases[1] - low, np.ptp(phases[1])),
    }


def numpy_ms_ssim(a, b, extent):
    """Wang, Simoncelli, Bovik 2003."""
    x = np.arange(11) - 5
    window = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2
    exponents = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    c1, c2 = (0.01 * extent) ** 2, (0.03 * extent) ** 2
    product = 1.0
    for level, exponent in enumerate(exponents):
        ma, mb, maa, mbb, mab = (
            convolve2d(p, window, "valid") for p in (a, b, a * a, b * b, a * b)
        )
        value = (2 * (mab - ma * mb) + c2) / (maa - ma**2 + mbb - mb**2 + c2)
        if level == 4:
            value = value * (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)
        product *= value.mean() ** exponent
        a, b = (np.pad(p, [(0, n % 2) for n in p.shape], "edge") for p in (a, b))
        a, b = ((p[::2, ::2] + p[1::2, ::2] + p[::2, 1::2] + p[1::2, 1::2]) / 4 for p in (a, b))
    return product


def test_similarity_is_scikit_images_and_wangs(compare, tmp_path):
    field = texture(260)
    dataset = save_dataset(tmp_path / "truth.npz", field, 30.0, 229.5)
    path = save(tmp_path / "recon.npz", blur(field, 0.8) + noise(field.shape, 0.03))
    aligned = tmp_path / "aligned.npz"
    result = compare(path, dataset, "--aligned", aligned)
    assert result["area"] == {"row0": 30, "row1": 229, "col0": 30, "col1": 229}
    for part, (found, true, extent) in pictures(np.load(aligned)).items():
        metrics = {key: result["metrics"][f"{part}_{key}"]["value"] for key in
                   ("ssim", "ms_ssim", "psnr", "mae", "mse", "rmse")}
        assert metrics["ssim"] == pytest.approx(
            structural_similarity(found, true, data_range=extent), abs=1e-6
        )
        smooth = [gaussian_filter(p, 1.0) for p in (found, true)]
        assert metrics["ms_ssim"] == pytest.approx(numpy_ms_ssim(*smooth, extent), abs=1e-6)
        assert metrics["mae"] == pytest.approx(abs(found - true).mean(), rel=1e-6)
        assert metrics["mse"] == pytest.approx(((found - true) ** 2).mean(), rel=1e-6)
        assert metrics["rmse"] ** 2 == pytest.approx(metrics["mse"], rel=1e-9)
        psnr = 10 * np.log10(extent**2 / ((found - true) ** 2).mean())
        assert metrics["psnr"] == pytest.approx(psnr, abs=1e-5)
    unsmoothed = compare(path, dataset, "--ms-ssim-sigma", "0")["metrics"]["phase_ms_ssim"]
    found, true, extent = pictures(np.load(aligned))["phase"]
    assert unsmoothed["value"] == pytest.approx(numpy_ms_ssim(found, true, extent), abs=1e-6)


def without_plane(picture):
    y, x = np.indices(picture.shape)
    basis = np.stack([np.ones(picture.size), y.ravel(), x.ravel()], axis=1)
    plane, *_ = np.linalg.lstsq(basis, picture.ravel(), rcond=None)
    return picture - (basis @ plane).reshape(picture.shape)


def ancestors_ms_ssim(a, b):
    extent = max(np.ptp(a), np.ptp(b))
    product = 1.0
    for exponent in (0.0448, 0.2856, 0.3001, 0.2363, 0.1333):
        if min(a.shape) < 7:
            break
        value = structural_similarity(a, b, data_range=extent)
        product *= (1e-4 if value < 0 else value) ** exponent
        a, b = a[::2, ::2], b[::2, ::2]
    return product


def ancestors_frc50(a, b):
    side = min(a.shape)
    spectra = []
    for picture in (a, b):
        top, left = ((length - side) // 2 for length in picture.shape)
        spectra.append(np.fft.fft2(picture[top : top + side, left : left + side]))
    f = np.fft.fftfreq(side) * side
    radius = np.rint(np.hypot(*np.meshgrid(f, f))).astype(int).ravel()
    product, first, second = (
        np.bincount(radius, power.ravel())[: side // 2 + 1]
        for power in ((spectra[0] * spectra[1].conj()).real, *(abs(s) ** 2 for s in spectra))
    )
    curve = product / np.sqrt(first * second)
    below = [i for i in range(1, curve.size) if curve[i] < 0.5]
    if not below:
        return curve.size
    i = below[0]
    return i - 1 + (curve[i - 1] - 0.5) / (curve[i - 1] - curve[i]) if i > 1 else i


def test_figures_of_the_ancestor(compare, tmp_path):
    field = texture(170)
    dataset = save_dataset(tmp_path / "truth.npz", field, 20.0, 149.5)
    found = blur(field, 1.5) * 0.8 + noise(field.shape, 0.1)
    aligned = tmp_path / "aligned.npz"
    result = compare(save(tmp_path / "recon.npz", found), dataset, "--aligned", aligned)
    fields = np.load(aligned)
    a, t = fields["aligned"].astype(complex), fields["reference"].astype(complex)
    amplitudes = [abs(a) * abs(t).mean() / abs(a).mean(), abs(t)]
    phases = [without_plane(np.angle(field)) for field in (a, t)]
    scaled = [(phase + np.pi) / (2 * np.pi) for phase in phases]
    expected = {}
    for part, (x, y) in (("amplitude", amplitudes), ("phase", phases)):
        expected[f"{part}_mae"] = abs(x - y).mean()
        expected[f"{part}_mse"] = mse = ((x - y) ** 2).mean()
        expected[f"{part}_psnr"] = 10 * np.log10(255**2 / mse)
        expected[f"{part}_frc50"] = ancestors_frc50(x, y)
    extent = np.ptp(amplitudes[1])
    expected["amplitude_ssim"] = structural_similarity(*amplitudes, data_range=extent)
    expected["phase_ssim"] = structural_similarity(*scaled, data_range=1.0)
    smooth = [gaussian_filter(picture, 1.0) for picture in amplitudes]
    expected["amplitude_ms_ssim"] = ancestors_ms_ssim(*smooth)
    expected["phase_ms_ssim"] = ancestors_ms_ssim(*scaled)
    for key, value in expected.items():
        ours = result["metrics"][f"{key}_ptychopinn"]
        assert ours["reason"] is None
        assert ours["value"] == pytest.approx(value, abs=1e-5 if "frc50" in key else 1e-6), key


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        ("flip-y", lambda t: t[::-1]),
        ("rotate-270", np.rot90),
        ("antitranspose", lambda t: t[::-1, ::-1].T),
    ],
)
def test_orientations_are_tried_on_request(compare, tmp_path, name, turn):
    field = texture(120)
    dataset = save_dataset(tmp_path / "truth.npz", field, 20.0, 99.0)
    turned = turn(moved(field + noise(field.shape, 0.02), (0, 2.25), (0.3, 0), 1)).conj()
    path = save(tmp_path / "recon.npz", turned)
    result = compare(path, dataset, "--try-orientations")
    assert result["removed"]["orientation"] == name
    assert result["removed"]["conjugated"] is True
    assert result["removed"]["shift"]["x_px"] == pytest.approx(2.25, abs=0.02)
    assert result["metrics"]["nrmse"]["value"] < 0.05
    assert compare(path, dataset)["metrics"]["nrmse"]["value"] > 0.1


def test_origin_of_the_reconstruction_counts(compare, dataset, truth, tmp_path):
    part = truth[4:229, 2:231] + noise((225, 229), 0.02)
    path = save(tmp_path / "recon.npz", part, object_origin=[4.0, 2.0])
    result = compare(path, dataset)
    assert result["removed"]["shift"]["y_px"] == pytest.approx(0, abs=0.01)
    assert result["metrics"]["nrmse"]["value"] < 0.04
    shifted = compare(save(path, part, object_origin=[3.0, 4.0]), dataset)
    assert shifted["removed"]["shift"]["y_px"] == pytest.approx(-1, abs=0.01)
    assert shifted["removed"]["shift"]["x_px"] == pytest.approx(2, abs=0.01)


def test_two_reconstructions_over_what_they_share(compare, truth, tmp_path):
    one = save(tmp_path / "one.npz", truth[:190], object_origin=[0.0, 0.0])
    two = save(tmp_path / "two.npz", truth[50:, 10:] + noise((184, 224), 0.02),
               object_origin=[50.0, 10.0])
    result = compare(two, one)
    assert result["area"] == {"row0": 50, "row1": 190, "col0": 10, "col1": 234}
    assert result["metrics"]["nrmse"]["value"] < 0.04
    # with positions in the reference: inside its scan
    y, x = np.meshgrid([40.0, 160.4], [30.2, 90.0])
    save(one, truth[:190], object_origin=[0.0, 0.0], ycoords=y.ravel(), xcoords=x.ravel())
    assert compare(two, one)["area"] == {"row0": 50, "row1": 160, "col0": 31, "col1": 90}


def test_area_can_be_chosen(compare, dataset, truth, tmp_path):
    path = save(tmp_path / "recon.npz", truth + noise(truth.shape, 0.02))
    area = {"row0": 60, "row1": 120, "col0": 70, "col1": 160}
    assert compare(path, dataset, "--area", "60:120,70:160")["area"] == area


def test_words_for_people(plica, dataset, truth, tmp_path):
    path = save(tmp_path / "recon.npz", PERTURBED["shift"](truth))
    text = plica("compare", path, "-r", dataset).stdout
    assert text.startswith(f"{path} against {dataset}\n")
    assert "rows 34 to 199, columns 34 to 199 (165 x 165 px)" in text
    shift = re.search(r"^  shift +([+-][\d.]+) \(y\), ([+-][\d.]+) \(x\) px$", text, re.MULTILINE)
    assert [float(part) for part in shift.groups()] == pytest.approx([0.37, -0.61], abs=0.01)
    for line in ("  factor  ", "  ramp  ", "  complex NRMSE  ", "  FRC crossing of 1/2 bit  "):
        assert line in text
    assert "phase MS-SSIM                   -  (too small for five scales" in text
    assert all(len(line) <= 100 for line in text.splitlines()[1:])


def patterns(data, found, probe):
    """Expected counts of all patterns by numpy, in the order of the stored ones."""
    n = probe.shape[-1]
    f = np.fft.fftfreq(n)
    for y, x in zip(data["ycoords"], data["xcoords"], strict=True):
        top, left = (int(np.rint(p)) - n // 2 for p in (y, x))
        fraction = f[:, None] * (y - np.rint(y)) + f[None] * (x - np.rint(x))
        shifted = np.fft.ifft2(np.fft.fft2(probe) * np.exp(-2j * np.pi * fraction))
        wave = np.fft.fft2(shifted * found[top : top + n, left : left + n]) / n
        yield np.fft.fftshift(abs(wave) ** 2)


def test_residual_is_numpys(compare, dataset, truth, tmp_path):
    data = np.load(dataset)
    found = truth + noise(truth.shape, 0.05)
    probe = 3 * data["probeTruth"].astype(np.complex128)  # another program's unit
    path = save(tmp_path / "recon.npz", found, reconstructed_probe=probe)
    table = tmp_path / "residual.csv"
    result = compare(path, dataset, "--residual-csv", table)
    measured = data["diffraction"].astype(np.float64)
    modelled = np.sqrt(np.array(list(patterns(data, found.astype(np.complex64), probe))))
    root = (measured * modelled).sum() / (modelled**2).sum()
    distance = measured - root * modelled
    metrics = result["metrics"]
    assert result["removed"]["pattern_scale"] == pytest.approx(root**-2, rel=1e-4)
    expected = abs(distance).sum() / measured.sum()
    assert metrics["r_factor"]["value"] == pytest.approx(expected, rel=1e-4)
    expected = (distance**2).sum() / (measured**2).sum()
    assert metrics["fourier_error"]["value"] == pytest.approx(expected, rel=1e-4)
    with open(table, encoding="ascii", newline="") as stream:
        rows = list(csv.DictReader(stream))
    each = abs(distance).sum(axis=(1, 2)) / measured.sum(axis=(1, 2))
    assert [float(row["r_factor"]) for row in rows] == pytest.approx(list(each), rel=1e-4)


@pytest.mark.parametrize("name", ["n64_1e5", "n128_1e5"])
def test_a_flat_object_has_the_error_that_the_data_come_with(compare, shared, tmp_path, name):
    path = shared / "data" / "parity" / f"{name}.npz"
    flat = save(tmp_path / "flat.npz", np.ones_like(np.load(path)["objectGuess"]))
    assert compare(flat, path)["metrics"]["nrmse"]["value"] == pytest.approx(0.55, abs=0.005)


def test_the_truth_is_too_good(compare, dataset):
    result = compare(dataset, dataset)
    metrics = result["metrics"]
    assert metrics["phase_rmse"] == {"value": None, "reason": "better than shot noise allows"}
    assert metrics["r_factor"]["reason"] == "a truth was not made from data"
    data = np.load(dataset)
    photons = (data["diffraction"].astype(float) ** 2).sum()
    assert 0.8 * photons / 190**2 < result["photons_per_object_pixel"] < 1.2 * photons / 165**2


def test_mask_leaves_out_what_is_dark(compare, shared, truth, tmp_path):
    """Without the patterns of one corner, what is wrong there does not count."""
    data = dict(np.load(shared / "data" / "parity" / "n64_1e5.npz"))
    keep = (data["ycoords"] < 120) | (data["xcoords"] < 120)
    part = {key: value[keep] if len(value) == keep.size else value for key, value in data.items()
            if value.ndim > 0}
    np.savez(tmp_path / "part.npz", **part)
    spoilt = truth + noise(truth.shape, 0.02)
    spoilt[165:, 165:] = 2
    path = save(tmp_path / "recon.npz", spoilt)
    masked = compare(path, tmp_path / "part.npz")
    whole = compare(path, tmp_path / "part.npz", "--mask", "0")
    assert masked["mask"]["level"] == 0.1 and 0.8 < masked["mask"]["share"] < 0.97
    assert whole["mask"]["share"] == 1
    assert masked["metrics"]["nrmse"]["value"] < 0.04
    assert whole["metrics"]["nrmse"]["value"] > 0.1


def test_data_can_be_given_for_two_reconstructions(compare, dataset, truth, tmp_path):
    probe = np.load(dataset)["probeTruth"]
    path = save(tmp_path / "recon.npz", truth + noise(truth.shape, 0.02),
                reconstructed_probe=probe)
    other = save(tmp_path / "other.npz", truth + noise(truth.shape, 0.03, seed=2))
    bare = compare(path, other)
    assert bare["metrics"]["r_factor"]["reason"] == "not held against any data"
    assert "mask" not in bare
    result = compare(path, other, "--data", dataset)
    assert result["metrics"]["r_factor"]["value"] > 0
    assert result["mask"]["share"] < 1  # the whole of both, of which the rim is dark
    assert result["metrics"]["phase_rmse"]["reason"] is None


def test_data_of_another_place_light_nothing(plica, shared, truth, tmp_path):
    data = dict(np.load(shared / "data" / "parity" / "n64_1e5.npz"))
    data["xcoords"] = data["xcoords"] + 1000
    np.savez(tmp_path / "far.npz", **data)
    path = save(tmp_path / "recon.npz", truth + noise(truth.shape, 0.02))
    done = plica("compare", path, "-r", path, "--data", tmp_path / "far.npz", check=False)
    check_failure(done, "all weights in the area are zero")


def test_halves_of_a_scan_need_no_truth(plica, compare, dataset, tmp_path):
    """The FRC between two halves falls where the noise begins, and so says what the truth says."""
    plica("split", dataset, "--random", "--seed", "7", "-o", tmp_path)
    halves = [np.load(tmp_path / f"n64_1e5_half{i}.npz") for i in (1, 2)]
    whole = np.load(dataset)
    assert [half["xcoords"].size for half in halves] == [512, 512]
    positions = [set(zip(file["ycoords"], file["xcoords"], strict=True))
                 for file in (*halves, whole)]
    assert positions[0] | positions[1] == positions[2] and not positions[0] & positions[1]
    for i in (1, 2):
        plica("reconstruct", "--input-npz", tmp_path / f"n64_1e5_half{i}.npz",
              "--output-dir", tmp_path / str(i), "--num-epochs", "5", "--algorithm", "LSQML")
    paths = [tmp_path / str(i) / "reconstruction.npz" for i in (1, 2)]
    result = compare(*paths)
    area = result["area"]
    for axis, (low, high) in (("ycoords", ("row0", "row1")), ("xcoords", ("col0", "col1"))):
        reach = [(half[axis].min(), half[axis].max()) for half in halves]
        origin = np.load(paths[1])["object_origin"][0 if axis == "ycoords" else 1]
        assert area[low] + origin >= max(low for low, _ in reach) - 1e-9
        assert area[high] + origin <= min(high for _, high in reach) + 1e-9
    assert result["metrics"]["frc_half_bit"]["reason"] is None
    assert 0.1 < result["metrics"]["frc_half_bit"]["value"] < 1


def test_networks_write_amplitude_and_phase(compare, dataset, truth, tmp_path):
    found = (truth + noise(truth.shape, 0.02)).astype(np.complex64)
    np.savez(tmp_path / "pair.npz", amplitude=abs(found), phase=np.angle(found))
    pair = compare(tmp_path / "pair.npz", dataset)["metrics"]
    whole = compare(save(tmp_path / "whole.npz", found), dataset)["metrics"]
    assert pair["nrmse"]["value"] == pytest.approx(whole["nrmse"]["value"], rel=1e-4)


def test_picture_shows_six_panels(compare, dataset, truth, tmp_path):
    picture = tmp_path / "compare.png"
    compare(save(tmp_path / "recon.npz", truth + noise(truth.shape, 0.05)), dataset,
            "--picture", picture)
    pixels = imread(picture)
    assert pixels.shape[:2] == (2 * 330 + 8, 3 * 330 + 16)
    for row in (slice(0, 330), slice(338, 668)):
        for col in (slice(0, 330), slice(338, 668), slice(676, 1006)):
            assert len(np.unique(pixels[row, col].reshape(-1, pixels.shape[2]), axis=0)) > 20
    assert (pixels[330:338] == 255).all()


def check_failure(done, *parts):
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("plica: ") and done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


def test_what_cannot_be_compared(plica, shared, dataset, truth, tmp_path):
    good = save(tmp_path / "good.npz", truth)

    def fails(reconstruction, reference, *parts):
        check_failure(plica("compare", reconstruction, "--reference", reference, check=False), *parts)

    fails(good, shared / "data" / "siemens_star.npz", "no truth to compare with")
    fails(dataset, shared / "data" / "siemens_star.npz", "no truth to compare with")
    fails(good, tmp_path / "nowhere.npz", "nowhere.npz")
    fails(tmp_path / "nowhere.npz", dataset, "nowhere.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    fails(good, tmp_path / "other.npz", "'reconstructed_object' is missing")
    fails(tmp_path / "other.npz", good, "psi, or amplitude and phase")
    done = plica("compare", good, "-r", dataset, "--residual-csv", tmp_path / "r.csv", check=False)
    check_failure(done, "r.csv", "no probe to make patterns with")
    bad = truth.copy()
    bad[100, 100] = np.nan
    fails(save(tmp_path / "nan.npz", bad), dataset, "NaN")
    fails(save(tmp_path / "zero.npz", 0 * truth), dataset, "the reconstruction is zero")
    fails(save(tmp_path / "small.npz", truth[:150]), dataset, "does not cover the area",
          "rows 0 to 150")
    (tmp_path / "text.npz").write_text("not a zip file")
    fails(tmp_path / "text.npz", dataset, "text.npz")
    np.savez(tmp_path / "float.npz", reconstructed_object=truth.real)
    fails(tmp_path / "float.npz", dataset, "'reconstructed_object'", "complex")


def test_wrong_usage(plica, dataset, truth, tmp_path):
    good = save(tmp_path / "good.npz", truth)
    for words, part in (
        ((good,), "--reference is missing"),
        (("--reference", dataset), "an argument is missing"),
        ((good, good, "-r", dataset), "unexpected argument"),
        ((good, "-r", dataset, "--area", "1:2"), "'--area' takes ROW0:ROW1,COL0:COL1"),
        ((good, "-r", dataset, "--area", "10:20,30:400"), "the reference has 234 x 234 px"),
        ((good, "-r", dataset, "--area", "10:14,30:40"), "too small to compare"),
        ((good, "-r", dataset, "--max-shift", "-1"), "the largest shift is -1 px"),
        ((good, "-r", dataset, "--max-shift", "far"), "'--max-shift' takes a number"),
        ((good, "-r", dataset, "--ms-ssim-sigma", "9"), "before MS-SSIM"),
        ((good, "-r", dataset, "--mask", "1"), "the mask's level is 1"),
    ):
        done = plica("compare", *words, check=False)
        assert done.returncode == 2, words
        assert done.stdout == "" and part in done.stderr


def test_a_file_that_cannot_be_written(plica, dataset, truth, tmp_path):
    good = save(tmp_path / "good.npz", truth)
    for option in ("--frc-csv", "--aligned", "--picture"):
        done = plica("compare", good, "-r", dataset, option, tmp_path / "no" / "file", check=False)
        check_failure(done, "no/file")
