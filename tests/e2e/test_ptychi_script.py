# SPDX-License-Identifier: BSD-3-Clause
"""The driver of the ptychi backend, without torch: arguments, input checks, where the object lies."""
import importlib.util
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from test_info_validate import sound

SCRIPT = "scripts/reconstruction/ptychi_reconstruct_tike.py"


@pytest.fixture(scope="module")
def driver(root):
    spec = importlib.util.spec_from_file_location("ptychi_driver", root / SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def start(root):
    def run(*args):
        return subprocess.run(
            [sys.executable, root / SCRIPT, *map(str, args)], capture_output=True, text=True
        )

    return run


def save(path, **changes):
    members = {**sound(), **changes}
    np.savez(path, **{name: value for name, value in members.items() if value is not None})
    return path


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ([], "--input-npz"),
        (["--input-npz", "a"], "--output-dir"),
        (["--input-npz", "a", "--output-dir", "b", "--algorithm", "ML"], "'ML'"),
        (["--input-npz", "a", "--output-dir", "b", "--num-epochs", "0"], "0 is out of range"),
        (["--input-npz", "a", "--output-dir", "b", "--num-epochs", "ten"], "'ten'"),
        (["--input-npz", "a", "--output-dir", "b", "--batch-size", "-1"], "-1 is out of range"),
        (["--input-npz", "a", "--output-dir", "b", "--n-images", "0"], "0 is out of range"),
        (["--input-npz", "a", "--output-dir", "b", "--initial-object", "truth"], "'truth'"),
        (["--input-npz", "a", "--output-dir", "b", "--epochs", "3"], "--epochs"),
    ],
)
def test_wrong_usage(start, arguments, complaint):
    done = start(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]


def test_defaults_are_the_reference_study(driver):
    args = driver.parse(["--input-npz", "a", "--output-dir", "b"])
    assert (args.algorithm, args.num_epochs, args.batch_size) == ("LSQML", 100, 96)
    assert args.initial_object == "flat"
    assert driver.parse(["--input-npz", "a", "--output-dir", "b", "--algorithm", "rPIE"]).algorithm == (
        "RPIE"
    )


def test_a_failure_is_one_line_and_leaves_nothing(start, tmp_path):
    path = save(tmp_path / "scan.npz", xcoords=None)
    done = start("--input-npz", path, "--output-dir", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and f"cannot use '{path}': 'xcoords' is missing" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []
    done = start("--input-npz", tmp_path / "no.npz", "--output-dir", tmp_path / "out")
    assert done.returncode == 1 and "No such file" in done.stderr


def nan_at(array, index):
    array = np.array(array)
    array[index] = np.nan
    return array


WRONG = {
    "no patterns": ({"diffraction": None}, "diffraction"),
    "two dimensions": ({"diffraction": np.ones((4, 4), np.float32)}, "diffraction"),
    "complex patterns": ({"diffraction": np.ones((12, 16, 16), np.complex64)}, "diffraction"),
    "not square": ({"diffraction": np.ones((12, 16, 17), np.float32)}, "diffraction"),
    "no pattern at all": ({"diffraction": np.ones((0, 16, 16), np.float32)}, "diffraction"),
    "NaN": ({"diffraction": nan_at(sound()["diffraction"], (3, 2, 1))}, "diffraction"),
    "negative": ({"diffraction": -sound()["diffraction"]}, "diffraction"),
    "dark": ({"diffraction": np.zeros((12, 16, 16), np.float32)}, "diffraction"),
    "pickled": ({"diffraction": np.array([{}, 1], dtype=object)}, "diffraction"),
    "no probe": ({"probeGuess": None}, "probeGuess"),
    "real probe": ({"probeGuess": np.ones((16, 16))}, "probeGuess"),
    "probe of another size": ({"probeGuess": np.ones((8, 8), complex)}, "probeGuess"),
    "dark probe": ({"probeGuess": np.zeros((16, 16), complex)}, "probeGuess"),
    "no object": ({"objectGuess": None}, "objectGuess"),
    "real object": ({"objectGuess": np.ones((40, 44))}, "objectGuess"),
    "short coordinates": ({"xcoords": np.arange(11.0)}, "xcoords"),
    "complex coordinates": ({"ycoords": np.ones(12, complex)}, "ycoords"),
    "infinite coordinates": ({"ycoords": nan_at(sound()["ycoords"], 0)}, "ycoords"),
    "far apart": ({"xcoords": 1e7 * np.arange(12.0)}, "xcoords, ycoords"),
    "blind mask": ({"mask": np.zeros((16, 16))}, "mask"),
    "NaN mask": ({"mask": nan_at(np.ones((16, 16)), (1, 1))}, "mask"),
    "groups without neighbours": (
        {"_metadata": np.array(json.dumps({"gridsize": 2, "neighbor_count": 3}))}, "_metadata"),
}


@pytest.mark.parametrize("name", WRONG)
def test_refuses_what_validate_refuses(driver, plica, tmp_path, name):
    changes, field = WRONG[name]
    path = save(tmp_path / "scan.npz", **changes)
    with pytest.raises(driver.Refusal) as refusal:
        driver.load_dataset(path)
    answer = json.loads(plica("validate", path, "--json", check=False).stdout)
    assert field in {finding["field"] for finding in answer["errors"]}
    assert f"'{field}'" in str(refusal.value)


UNUSUAL = {
    "counts": {"diffraction": np.full((12, 16, 16), 300, np.uint16)},
    "legacy name": {"diffraction": None, "diff3d": sound()["diffraction"]},
    "legacy layout": {"diffraction": np.moveaxis(sound()["diffraction"], 0, -1)},
    "mask of another shape": {"mask": np.ones((3, 3))},
    "no fftshift": {"diffraction": np.fft.ifftshift(sound()["diffraction"], axes=(1, 2))},
    "small object": {"objectGuess": np.ones((5, 5), complex)},
    "doubles": {"diffraction": sound()["diffraction"].astype(">f8")},
    "modes": {"probeGuess": np.ones((3, 16, 16), np.complex128)},
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_takes_what_validate_takes(driver, plica, tmp_path, name):
    path = save(tmp_path / "scan.npz", **UNUSUAL[name])
    data = driver.load_dataset(path)
    assert json.loads(plica("validate", path, "--json").stdout)["ok"]
    assert data.intensity.shape == (12, 16, 16) and data.probe.shape[1:] == (16, 16)


def test_intensity_is_photons(driver, tmp_path):
    counts = np.full((12, 16, 16), 300, np.uint16)
    assert np.all(driver.load_dataset(save(tmp_path / "a.npz", diffraction=counts)).intensity == 300)
    amplitudes = np.full((12, 16, 16), 300, np.float16)
    data = driver.load_dataset(save(tmp_path / "b.npz", diffraction=amplitudes))
    assert np.all(data.intensity == 90000)


def test_first_images_only(driver, tmp_path):
    path = save(tmp_path / "scan.npz")
    data = driver.load_dataset(path, 5)
    assert len(data.intensity) == len(data.x) == len(data.y) == 5
    with pytest.raises(driver.Refusal, match="it has 12 patterns, --n-images asks for 13"):
        driver.load_dataset(path, 13)


def rewrite(path, name, change):
    """The archive with one member's bytes changed."""
    with zipfile.ZipFile(path) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in members.items():
            archive.writestr(entry, content)


@pytest.mark.parametrize(
    "change, complaint",
    [
        (lambda bytes: bytes[:-7], "bytes of data, expected"),
        (lambda bytes: bytes.replace(b"(12,)", b"(12000000000,)"), "bytes of data, expected"),
        (lambda bytes: b"", "cannot be read"),
        (lambda bytes: bytes.replace(b"'descr'", b"'other'"), "cannot be read"),
        (lambda bytes: bytes.replace(b"'<f8'", b"'|O8'"), "pickled"),
    ],
)
def test_broken_members(driver, tmp_path, change, complaint):
    path = save(tmp_path / "scan.npz")
    rewrite(path, "xcoords.npy", change)
    with pytest.raises(driver.Refusal, match="'xcoords'") as refusal:
        driver.load_dataset(path)
    assert complaint in str(refusal.value)


def test_files_that_are_no_archive(driver, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_bytes(b"not a zip")
    with pytest.raises(driver.Refusal, match="no NPZ"):
        driver.load_dataset(path)
    whole = save(tmp_path / "whole.npz").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(driver.Refusal):
        driver.load_dataset(path)


def ptychi_start(driver, positions, origin, side):
    """Where pty-chi begins a patch, by its own arithmetic in single precision."""
    q, o = driver.ptychi_axis(positions, origin, side)
    centre = np.rint(q.astype(np.float32)) + np.float32(o)
    return np.rint(centre - np.float32((side - 1.0) / 2.0)).astype(int)


@pytest.mark.parametrize("side", [16, 17, 64])
@pytest.mark.parametrize("offset", [-31.0, 0.0, 40.0, 4001.0])
def test_patches_lie_where_plica_lays_them(driver, side, offset):
    rng = np.random.default_rng(3)
    y = offset + np.concatenate([rng.uniform(0, 90, 200), np.arange(20) + 0.5])
    canvas = driver.lay_canvas(y, y, side)
    start = ptychi_start(driver, y, canvas.origin[0], side)
    assert np.array_equal(start, np.rint(y) - side // 2 - canvas.origin[0])
    assert start.min() == driver.MARGIN
    assert start.max() + side + driver.MARGIN == canvas.shape[0]


def test_canvas_is_that_of_the_native_engine(driver, plica, tmp_path):
    path = save(tmp_path / "scan.npz")
    plica("reconstruct", "--input-npz", path, "--output-dir", tmp_path, "--algorithm", "LSQML",
          "--num-epochs", "1")
    native = np.load(tmp_path / "reconstruction.npz")
    canvas = driver.lay_canvas(sound()["ycoords"], sound()["xcoords"], 16)
    assert tuple(native["object_origin"]) == canvas.origin
    assert native["reconstructed_object"].shape == canvas.shape


def test_first_guess_of_the_object(driver, tmp_path):
    data = driver.load_dataset(save(tmp_path / "scan.npz"))
    canvas = driver.lay_canvas(data.y, data.x, data.side)
    assert np.all(driver.start_object(data, canvas, "flat") == 1)
    guess = driver.start_object(data, canvas, "dataset")
    row, col = 20, 21
    assert guess[row - canvas.origin[0], col - canvas.origin[1]] == data.object_guess[row, col]
    small = driver.load_dataset(save(tmp_path / "scan.npz", objectGuess=np.ones((5, 5), complex)))
    with pytest.raises(driver.Refusal, match="does not cover the scan"):
        driver.start_object(small, canvas, "dataset")


def test_writes_whole_files_or_none(driver, tmp_path):
    path = tmp_path / "result.npz"
    path.write_bytes(b"old")

    def fail(stream):
        stream.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError):
        driver.write_atomically(path, fail)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    driver.write_atomically(path, lambda stream: stream.write(b"new"))
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]


def test_picture_is_two_by_two(driver):
    angle = np.linspace(-np.pi, np.pi, 40 * 44).reshape(40, 44)
    picture = driver.picture_of(
        {"reconstructed_object": np.exp(1j * angle), "reconstructed_probe": np.ones((2, 16, 16))}
    )
    assert picture.shape == (40 + 4 + 16 + 4, 2 * 44, 3) and picture.dtype == np.uint8
    assert np.ptp(picture[:40, :44]) <= 1 and np.ptp(picture[:40, 44:]) > 200
