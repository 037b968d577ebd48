# SPDX-License-Identifier: BSD-3-Clause
"""plica reconstruct as a user runs it: real and synthetic data, judged by numpy."""
import datetime
import itertools
import json
import os
import pathlib
import signal
import subprocess
import threading
import types

import numpy as np
import pytest
from skimage.io import imread


def reconstruct(plica, data, out, *words):
    """Runs the program; its input, what it said (JSON) and the folder that it left."""
    done = plica("reconstruct", "--input-npz", data, "--output-dir", out, "--json", *words)
    return types.SimpleNamespace(
        data=np.load(data),
        path=data,
        folder=pathlib.Path(out),
        said=json.loads(done.stdout),
        stderr=done.stderr,
        file=np.load(pathlib.Path(out) / "reconstruction.npz"),
    )


@pytest.fixture(scope="session")
def star(plica, shared, tmp_path_factory):
    """The Siemens star, 100 epochs of LSQML, into a folder with spaces that is not there yet."""
    out = tmp_path_factory.mktemp("star") / "a new" / "output folder"
    data = shared / "data" / "siemens_star.npz"
    return reconstruct(plica, data, out, "--algorithm", "LSQML", "--num-epochs", 100)


@pytest.fixture(scope="session")
def parity(plica, shared, tmp_path_factory):
    """The parity set of 1e5 photons, 100 epochs of LSQML."""
    data = shared / "data" / "parity" / "n64_1e5.npz"
    out = tmp_path_factory.mktemp("parity")
    return reconstruct(plica, data, out, "--algorithm", "LSQML", "--num-epochs", 100)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A data set of 36 patterns of 32 x 32 with sub-pixel positions, bad pixels and two modes."""
    path = tmp_path_factory.mktemp("small") / "small.npz"
    rng = np.random.default_rng(5)
    n = 32
    y, x = np.mgrid[:n, :n] - n / 2
    probe = 20 * np.exp(-(y**2 + x**2) / 50 + 0.05j * (y**2 + x**2))
    positions = 20 + 4 * np.stack(np.mgrid[:6, :6], -1).reshape(-1, 2) + rng.uniform(-1, 1, (36, 2))
    blurred = np.real(np.fft.ifft2(np.fft.fft2(rng.normal(size=(64, 64))) * kernel(64)))
    patterns = [
        abs(exit_wave_spectrum(probe, np.exp(1j * blurred), p, (0, 0))) for p in positions
    ]
    mask = np.ones((n, n), np.uint8)
    mask[3, 4] = mask[20] = 0
    patterns = np.fft.fftshift(patterns, axes=(1, 2)).astype(np.float32)
    patterns[:, 3, 4] = 1e4  # a hot pixel, which the mask takes out
    np.savez(
        path,
        diffraction=patterns,
        probeGuess=np.stack([probe, 0.1 * probe]).astype(np.complex64),
        objectGuess=np.ones((64, 64), np.complex64),
        ycoords=positions[:, 0],
        xcoords=positions[:, 1],
        mask=mask,
    )
    return path


def kernel(n):
    """A Gaussian in Fourier space that leaves features of a few pixels."""
    frequency = np.fft.fftfreq(n)
    return 3 * np.exp(-100 * (frequency[:, None] ** 2 + frequency**2))


def exit_wave_spectrum(probe, obj, position, origin):
    """F(T_delta P . O): the probe moved by the fraction of the position, unitary transform."""
    n = probe.shape[-1]
    whole = np.rint(position)
    dy, dx = position - whole
    frequency = np.fft.fftfreq(n)
    ramp = np.exp(-2j * np.pi * (frequency[:, None] * dy + frequency * dx))
    row, col = (whole - n // 2 - origin).astype(int)
    assert row >= 0 and col >= 0
    patch = obj[row : row + n, col : col + n]
    return np.fft.fft2(np.fft.ifft2(np.fft.fft2(probe) * ramp) * patch, norm="ortho")


def fourier_error(run):
    """E_F = sum V (sqrt I - |Psi|)^2 / sum V I, from the file that the program wrote."""
    modes = np.atleast_3d(run.file["reconstructed_probe"].astype(complex).T).T
    obj = run.file["reconstructed_object"].astype(complex)
    positions = np.stack([run.file["ycoords"], run.file["xcoords"]], -1)
    valid = run.data["mask"] != 0 if "mask" in run.data else np.ones(modes.shape[-2:], bool)
    valid = np.fft.ifftshift(valid)
    residual = measured = 0.0
    for position, pattern in zip(positions, run.data["diffraction"]):
        amplitude = np.fft.ifftshift(pattern.astype(float))
        origin = run.file["object_origin"]
        waves = [exit_wave_spectrum(mode, obj, position, origin) for mode in modes]
        model = np.sqrt(np.sum(np.abs(waves) ** 2, axis=0))
        residual += ((amplitude - model) ** 2)[valid].sum()
        measured += (amplitude**2)[valid].sum()
    return residual / measured


def test_the_star_is_found(star):
    error = fourier_error(star)
    assert error <= 0.0135
    assert float(star.file["fourier_error"]) == pytest.approx(error, rel=1e-4)
    assert star.said["fourier_error"] == pytest.approx(error, rel=1e-4)


def test_the_star_has_spokes(star):
    """Going round the middle of the star, the phase rises and falls as often as there are spokes:
    one frequency stands out, and it is the same at two radii."""
    obj = star.file["reconstructed_object"]
    phase = np.angle(obj / np.mean(obj / abs(obj)))
    middle = spoke_centre(phase)
    counts = []
    for radius in (60, 75):
        angle = np.linspace(0, 2 * np.pi, 1024, endpoint=False)
        rows = np.rint(middle[0] + radius * np.sin(angle)).astype(int)
        cols = np.rint(middle[1] + radius * np.cos(angle)).astype(int)
        power = abs(np.fft.rfft(phase[rows, cols] - phase[rows, cols].mean())) ** 2
        counts.append(int(np.argmax(power[8:]) + 8))
        assert power[counts[-1]] > 0.5 * power[8:].sum()
    assert counts[0] == counts[1]


def spoke_centre(phase):
    """Where the picture turned by half a turn matches itself best, within the scanned middle."""
    cut = phase[60:-60, 60:-60]
    cut = cut - cut.mean()
    spectrum = np.fft.fft2(cut, [2 * side for side in cut.shape])
    match = np.real(np.fft.ifft2(spectrum**2))
    peak = np.unravel_index(np.argmax(match), match.shape)
    return [60 + place / 2 for place in peak]


def test_the_parity_set_reaches_its_quality(parity, shared):
    done = subprocess.run(
        [
            "/usr/bin/python3",
            shared / "tools" / "quality.py",
            parity.folder / "reconstruction.npz",
            parity.path,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    quality = json.loads(done.stdout)
    assert quality["nrmse"] <= 0.045
    assert max(map(abs, quality["removed"]["shift_px"])) < 0.2
    assert float(parity.file["fourier_error"]) == pytest.approx(fourier_error(parity), rel=1e-4)


def check_members(run, epochs, algorithm):
    """The contract of a reconstruction file: names, types and shapes."""
    count, n, _ = run.data["diffraction"].shape
    file = run.file
    assert file["reconstructed_object"].dtype == np.complex64
    assert file["reconstructed_object"].ndim == 2
    assert file["object_origin"].shape == (2,) and file["object_origin"].dtype == np.float64
    assert file["reconstructed_probe"].dtype == np.complex64
    assert file["reconstructed_probe"].shape == run.data["probeGuess"].shape
    for name in ("ycoords", "xcoords"):
        assert file[name].dtype == np.float64
        assert np.array_equal(file[name], run.data[name]) and file[name].shape == (count,)
    assert file["loss"].dtype == np.float64 and file["loss"].shape == (epochs,)
    assert np.isfinite(file["loss"]).all()
    assert file["fourier_error"].shape == ()
    assert str(file["algorithm"]) == algorithm
    stamp = datetime.datetime.fromisoformat(str(file["timestamp"]).replace("Z", "+00:00"))
    age = datetime.datetime.now(datetime.timezone.utc) - stamp
    assert -60 < age.total_seconds() < 3600
    options = json.loads(str(file["options"]))
    assert options["algorithm"] == algorithm and options["num_epochs"] >= epochs
    origin = json.loads(str(file["input"]))
    assert origin["path"] == str(run.path) and len(origin["sha256"]) == 64
    assert str(file["plica_version"])
    assert run.said["file"] == str(run.folder / "reconstruction.npz")
    assert run.said["schema"] == 1 and run.said["algorithm"] == algorithm
    assert run.said["loss"] == pytest.approx(file["loss"][-1], rel=1e-8)


def test_the_file_has_its_members(star, parity):
    check_members(star, 100, "LSQML")
    check_members(parity, 100, "LSQML")
    assert parity.file["loss"][-1] < 0.2 * parity.file["loss"][0]


def test_the_object_covers_every_patch(star):
    n = star.file["reconstructed_probe"].shape[0]
    for axis, name in enumerate(("ycoords", "xcoords")):
        first = np.rint(star.file[name]) - n // 2 - star.file["object_origin"][axis]
        assert first.min() >= 0
        assert first.max() + n <= star.file["reconstructed_object"].shape[axis]


def test_the_picture_decodes(star):
    picture = imread(star.folder / "reconstruction.png")
    rows, cols = star.file["reconstructed_object"].shape
    assert picture.ndim == 3 and picture.dtype == np.uint8
    assert picture.shape[0] > rows and picture.shape[1] > cols
    # amplitude and phase of the object, left and right: neither is one colour
    top = picture[:rows]
    for half in (top[:, : cols // 2], top[:, -cols // 2 :]):
        assert half.reshape(-1, half.shape[-1]).std(axis=0).max() > 5


def test_only_the_results_are_left(star):
    names = {path.name for path in star.folder.iterdir()}
    assert {"reconstruction.npz", "reconstruction.png"} <= names
    assert names <= {"reconstruction.npz", "reconstruction.png", "checkpoint.npz"}


@pytest.mark.parametrize("algorithm", ["ML", "LSQML", "rPIE", "ePIE"])
def test_bad_pixels_and_sub_pixel_positions(plica, small, tmp_path, algorithm):
    run = reconstruct(plica, small, tmp_path, "-a", algorithm, "-n", 40)
    error = fourier_error(run)
    assert float(run.file["fourier_error"]) == pytest.approx(error, rel=1e-4)
    assert error < 1e-3  # the hot pixel alone would be thousands
    check_members(run, len(run.file["loss"]), algorithm)
    assert run.file["reconstructed_probe"].shape[0] == 2


def test_the_same_bits_for_any_number_of_threads(plica, small, tmp_path):
    runs = []
    for threads in (1, 2, 3):
        out = tmp_path / str(threads)
        runs.append(reconstruct(plica, small, out, "-n", 10, "--threads", threads).file)
    for run in runs[1:]:
        for name in ("reconstructed_object", "reconstructed_probe", "loss"):
            assert np.array_equal(run[name], runs[0][name])


def test_the_seed_orders_the_positions(plica, small, tmp_path):
    words = ("-a", "LSQML", "-n", 3, "-b", 6)
    first, again, other = (
        reconstruct(plica, small, tmp_path / name, *words, "--seed", seed).file["loss"]
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_settings_are_taken_and_recorded(plica, small, tmp_path):
    run = reconstruct(
        plica, small, tmp_path, "-a", "LSQML", "-n", 2,
        "--set", "probe.modes=1", "--set", "probe.optimizable=false", "--set", "object.step_size=0.5",
        "--set", "rescale_probe_intensity_in_first_epoch=false",
        "--set", "object.remove_object_probe_ambiguity.enabled=false",
    )  # fmt: skip
    options = json.loads(str(run.file["options"]))
    assert options["probe.optimizable"] is False and options["object.step_size"] == 0.5
    assert np.array_equal(run.file["reconstructed_probe"], run.data["probeGuess"][0])


def test_refined_positions_are_set_against_those_given(plica, small, tmp_path):
    done = plica("reconstruct", "-i", small, "-o", tmp_path, "-n", 9, "--progress", "none", "--json",
                 "--set", "positions.optimizable=true", "--set", "positions.optimization_plan.start=0",
                 "--set", "start.max_epochs=1")  # fmt: skip
    answer = json.loads(done.stdout)
    found, given = np.load(tmp_path / "reconstruction.npz"), np.load(small)
    scale, asymmetry, rotation, shear = found["position_map"]
    assert answer["position_scale"] == pytest.approx(scale)
    assert answer["position_rotation_rad"] == pytest.approx(rotation)
    p, q = ([run[key] - run[key].mean() for key in ("ycoords", "xcoords")] for run in (given, found))
    matrix = np.linalg.lstsq(np.transpose(p), np.transpose(q), rcond=None)[0].T
    first, second = scale * (1 + asymmetry / 2), scale * (1 - asymmetry / 2)
    c, s, t = np.cos(rotation), np.sin(rotation), np.tan(shear)
    expected = [[first * (c + s * t), first * s], [second * (c * t - s), second * c]]
    assert np.allclose(matrix, expected, atol=1e-6)


def test_detector_units_become_photons(plica, small, tmp_path):
    data = dict(np.load(small))
    plain = reconstruct(plica, small, tmp_path / "plain", "-n", 3).file
    data["diffraction"] = np.sqrt(2.5 * data["diffraction"].astype(float) ** 2 + 30)
    np.savez(tmp_path / "units.npz", **data)
    words = ("reconstruct", "-i", tmp_path / "units.npz", "-o", tmp_path / "units", "-n", 3,
             "--progress", "none", "--set", "data.gain=2.5", "--set")  # fmt: skip
    assert "negative" not in plica(*words, "data.offset=30").stderr
    units = np.load(tmp_path / "units" / "reconstruction.npz")
    assert units["fourier_error"] == pytest.approx(float(plain["fourier_error"]), rel=0.02)
    assert "counts were negative after data.offset" in plica(*words, "data.offset=31").stderr
    file = np.load(tmp_path / "units" / "reconstruction.npz")
    photons, valid = np.load(small)["diffraction"].astype(float) ** 2, np.load(small)["mask"] != 0
    assert file["negative_counts"] == pytest.approx(np.sum((2.5 * photons < 1) & valid), abs=5)


def test_a_file_that_changes_while_it_is_read_is_refused(plica, shared, tmp_path):
    """The checksum in the result would be of other data. A file that takes long to read, for a busy
    machine lets whoever changes it wait."""
    path = tmp_path / "input.npz"
    path.write_bytes((shared / "data/parity/n128_1e5.npz").read_bytes())
    ended = threading.Event()

    def touch():
        times = itertools.count(1)
        while not ended.is_set():
            os.utime(path, ns=(0, next(times)))

    thread = threading.Thread(target=touch)
    thread.start()
    done = plica("reconstruct", "-i", path, "-o", tmp_path / "out", "-n", 1, check=False)
    ended.set()
    thread.join()
    assert done.returncode == 1
    assert "it was changed while it was read" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_old_result_is_replaced_whole(plica, small, tmp_path):
    (tmp_path / "reconstruction.npz").write_bytes(b"old")
    (tmp_path / "reconstruction.png").write_bytes(b"old")
    run = reconstruct(plica, small, tmp_path, "-n", 1)
    assert "reconstructed_object" in run.file
    assert imread(tmp_path / "reconstruction.png").size > 0


def start(program, *words):
    """The program in the background, its progress as JSON lines on standard error."""
    return subprocess.Popen(
        [program, "reconstruct", *map(str, words), "--progress", "json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_epoch(child):
    """Waits for the first line of progress; warnings come before it."""
    return json.loads(next(line for line in child.stderr if line.startswith("{")))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_half_file(program, small, tmp_path, number):
    with start(program, "-i", small, "-o", tmp_path, "-a", "LSQML", "-n", 1000000) as child:
        try:
            assert first_epoch(child)["epoch"] == 1
            child.send_signal(number)
            out, err = child.communicate(timeout=20)
        finally:
            child.kill()
    assert child.returncode == 130 and out == ""
    assert "stopped after" in err.splitlines()[-1]
    names = {path.name for path in tmp_path.iterdir()}
    assert names <= {"checkpoint.npz"}
    for name in names:
        np.load(tmp_path / name).close()  # whole, for --resume


def test_a_kill_leaves_the_old_result(program, plica, small, tmp_path):
    reconstruct(plica, small, tmp_path, "-n", 1)
    before = (tmp_path / "reconstruction.npz").read_bytes()
    with start(program, "-i", small, "-o", tmp_path, "-a", "LSQML", "-n", 1000000) as child:
        first_epoch(child)
        child.kill()
        child.communicate(timeout=20)
    assert (tmp_path / "reconstruction.npz").read_bytes() == before


def test_progress_of_a_program_is_json_lines(program, small, tmp_path):
    with start(program, "-i", small, "-o", tmp_path, "-a", "LSQML", "-n", 4) as child:
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0 and "E_F" in out
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4]
    assert [line["passes"] for line in lines] == [1, 2, 3, 4]
    assert all(line["of"] == 4 and line["loss"] > 0 for line in lines)


def test_plain_progress_is_lines(plica, small, tmp_path):
    done = plica("reconstruct", "-i", small, "-o", tmp_path, "-a", "LSQML", "-n", 3)
    lines = [line for line in done.stderr.splitlines() if line.startswith("epoch")]
    assert lines and lines[-1].startswith("epoch 3.0/3 ") and "\r" not in done.stderr
    silent = plica("reconstruct", "-i", small, "-o", tmp_path, "-n", 1, "--progress", "none")
    assert "epoch" not in silent.stderr


def test_a_wrong_file_is_named_with_its_field(plica, small, tmp_path):
    members = dict(np.load(small))
    members["xcoords"] = members["xcoords"][:-1]
    path = tmp_path / "wrong.npz"
    np.savez(path, **members)
    done = plica("reconstruct", "-i", path, "-o", tmp_path / "out", check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        f"plica: cannot use '{path}': 'xcoords' is 35 entries, 'diffraction' has 36, "
        "expected as many as patterns\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_start_from_an_object_that_is_too_small_is_refused(plica, small, tmp_path):
    members = dict(np.load(small))
    members["objectGuess"] = members["objectGuess"][:30, :30]
    path = tmp_path / "wrong.npz"
    np.savez(path, **members)
    words = ("-i", path, "-o", tmp_path / "out", "-n", 1)
    plica("reconstruct", *words)
    done = plica("reconstruct", *words, "--initial-object", "dataset", check=False)
    assert done.returncode == 1
    assert "'objectGuess' is 30 x 30 and does not cover the scan" in done.stderr


def test_a_folder_that_cannot_be_made_is_an_error(plica, small):
    done = plica("reconstruct", "-i", small, "-o", "/dev/null/out", "-n", 1, check=False)
    assert done.returncode == 1 and "/dev/null" in done.stderr


@pytest.mark.parametrize(
    "words, message",
    [
        (["--num-epoch", "5"], "unknown option '--num-epoch': did you mean '--num-epochs'?"),
        (["--num-epochs", "many"], "'--num-epochs' takes a whole number, not 'many'"),
        (["--num-epochs", "-3"], "num_epochs"),
        (["--threads", "-1"], "'threads' is -1"),
        (["--set", "frob=1"], "unknown option 'frob': 'plica reconstruct --show-settings' lists"),
        (["--algorithm", "LSQLM"], "did you mean 'LSQML'"),
        (["--set", "threads"], "--set takes NAME=VALUE, not 'threads'"),
        (["--set", "thread=2"], "unknown option 'thread': did you mean 'threads'?"),
        (["--set", "threads=2000"], "option 'threads' is 2000, expected a whole number"),
        (["--initial-object", "truth"], "'initial_object' is 'truth', expected one of flat"),
        (
            ["--set", "object.hard_limits_magnitude_phase.abs_lim.lower=2"]
            + ["--set", "object.hard_limits_magnitude_phase.abs_lim.upper=1"],
            "abs_lim': the lower limit 2 is above the upper, 1",
        ),
        (["--progress", "loud"], "--progress is auto, plain, json or none, not 'loud'"),
        (["stray"], "unexpected argument 'stray'"),
    ],
)
def test_wrong_options_are_wrong_usage(plica, small, tmp_path, words, message):
    done = plica("reconstruct", "-i", small, "-o", tmp_path / "out", *words, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and "plica reconstruct --help" in done.stderr
    assert not (tmp_path / "out").exists()


def test_missing_options_are_wrong_usage(plica, small, tmp_path):
    done = plica("reconstruct", "-o", tmp_path, check=False)
    assert done.returncode == 2 and "--input-npz is missing" in done.stderr
    done = plica("reconstruct", "-i", small, check=False)
    assert done.returncode == 2 and "--output-dir is missing" in done.stderr


def test_settings_are_shown(plica):
    shown = plica("reconstruct", "--algorithm", "LSQML", "--show-settings").stdout
    assert "Settings of LSQML" in shown
    assert "object.optimal_step_size_scaler = 0.9" in shown and "batch_size = 96" in shown
