# SPDX-License-Identifier: BSD-3-Clause
"""plica info and plica validate on files that numpy wrote: sound, legacy, and wrong ones."""
import json

import numpy as np
import pytest

N, COUNT = 16, 12


def sound():
    """The members of a small file without anything to complain about."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:N, :N] - N / 2
    envelope = 30 * np.exp(-(y**2 + x**2) / 20)
    patterns = envelope * rng.uniform(0.9, 1.1, (COUNT, N, N))
    angle = rng.uniform(-1, 1, (40, 44))
    return {
        "diffraction": patterns.astype(np.float32),
        "probeGuess": (envelope * (1 + 0.2j)).astype(np.complex64),
        "objectGuess": np.exp(1j * angle).astype(np.complex64),
        "xcoords": 10 + 2.25 * np.arange(COUNT),
        "ycoords": 12 + rng.uniform(0, 15, COUNT),
    }


@pytest.fixture
def write(tmp_path):
    """write(member=array, ...) saves the sound file with these members changed (None: left out)."""

    def save(**changes):
        members = {**sound(), **changes}
        path = tmp_path / "scan of today.npz"
        np.savez(path, **{name: value for name, value in members.items() if value is not None})
        return path

    return save


@pytest.fixture
def validate(plica):
    """The answer of validate --json; its exit status and the text version agree with it."""

    def run(path):
        done = plica("validate", path, "--json", check=False)
        answer = json.loads(done.stdout)
        assert set(answer) == {"schema", "file", "ok", "errors", "warnings"}
        assert answer["schema"] == 1 and answer["file"] == str(path)
        assert answer["ok"] == (not answer["errors"])
        assert done.returncode == (0 if answer["ok"] else 1)
        text = plica("validate", path, check=False)
        assert text.returncode == done.returncode
        for kind in ("error", "warning"):
            for finding in answer[kind + "s"]:
                assert set(finding) == {"field", "found", "expected", "message"}
                assert f"{kind}: {finding['message']}\n" in text.stdout
        return answer

    return run


def amplitudes_seen_by(plica, path):
    """What the program takes for photons per frame: a sum over squared amplitudes."""
    return json.loads(plica("info", path, "--json").stdout)["photons_per_frame"]


def test_a_sound_file_is_valid(write, validate):
    answer = validate(write())
    assert answer["ok"] and answer["warnings"] == []


def test_compressed_and_fortran_order_files_are_valid(tmp_path, validate, plica):
    members = {name: np.asfortranarray(value) for name, value in sound().items()}
    path = tmp_path / "deflated.npz"
    np.savez_compressed(path, **members)
    assert validate(path)["warnings"] == []
    photons = (sound()["diffraction"].astype(float) ** 2).sum() / COUNT
    assert amplitudes_seen_by(plica, path) == pytest.approx(photons, rel=1e-6)


def test_info_measures_what_is_there(write, plica):
    members = sound()
    path = write(_metadata=np.array(json.dumps({"seed": 3})))
    answer = json.loads(plica("info", "--json", path).stdout)
    photons = (members["diffraction"].astype(float) ** 2).sum() / COUNT
    assert answer["file"] == str(path) and answer["schema"] == 1
    assert (answer["patterns"], answer["pattern_px"]) == (COUNT, N)
    assert (answer["pattern_type"], answer["pattern_kind"]) == ("float32", "amplitude")
    assert answer["photons_per_frame"] == pytest.approx(photons, rel=1e-6)
    assert answer["extent_x_px"] == pytest.approx(np.ptp(members["xcoords"]))
    assert answer["extent_y_px"] == pytest.approx(np.ptp(members["ycoords"]))
    assert (answer["object_rows"], answer["object_cols"]) == (40, 44)
    assert not answer["object_is_flat"] and answer["probe_modes"] == 1
    power = np.abs(members["probeGuess"].astype(complex)) ** 2
    assert answer["probe_photons"] == pytest.approx(power.sum(), rel=1e-5)
    # a Gaussian exp(-r^2 / 20): the full width at half maximum
    assert answer["probe_diameter_px"] == pytest.approx(2 * np.sqrt(20 * np.log(2)), rel=0.05)
    assert json.loads(answer["metadata"]) == {"seed": 3}
    assert answer["unusual"] == []
    text = plica("info", path).stdout
    assert f"{COUNT} x {N} x {N} float32, amplitudes" in text and "40 x 44" in text


@pytest.mark.parametrize("count", [1, COUNT])
def test_positions_in_one_place_are_said_to_be(write, plica, count):
    places = np.full(count, 20.0)
    patterns = sound()["diffraction"][:count]
    path = write(diffraction=patterns, xcoords=places, ycoords=places)
    text = plica("info", path).stdout
    assert "all positions in one place" in text and "nan" not in text
    answer = json.loads(plica("info", path, "--json").stdout)
    assert answer["spacing_px"] is None and answer["overlap_linear"] is None


def test_patterns_of_one_pixel_are_measured(write, plica):
    one = np.ones((COUNT, 1, 1), np.float32)
    path = write(diffraction=one, probeGuess=np.ones((1, 1), np.complex64))
    answer = json.loads(plica("info", path, "--json").stdout)
    assert answer["probe_diameter_px"] == 1 and answer["photons_per_frame"] == 1
    assert "nan" not in plica("overlap", path).stdout


@pytest.mark.parametrize(
    "name", ["diffraction", "probeGuess", "objectGuess", "xcoords", "ycoords"]
)
def test_a_missing_member_is_named(write, validate, plica, name):
    path = write(**{name: None})
    (error,) = validate(path)["errors"]
    assert error["field"] == name and error["found"] == "missing" and error["expected"]
    done = plica("info", path, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert f"'{path}': '{name}' is missing" in done.stderr


WRONG = {
    "real probe": ({"probeGuess": np.ones((N, N), np.float32)}, "probeGuess", "float32", "complex"),
    "real object": ({"objectGuess": np.ones((40, 44))}, "objectGuess", "float64", "complex"),
    "probe of another size": (
        {"probeGuess": np.ones((8, 8), complex)},
        "probeGuess",
        "complex128 (8, 8)",
        "(16, 16)",
    ),
    "short coordinates": ({"xcoords": np.arange(5.0)}, "xcoords", "5 entries", "as many"),
    "NaN in the patterns": (
        {"diffraction": np.full((COUNT, N, N), np.nan, np.float32)},
        "diffraction",
        f"NaN or infinite in {COUNT * N * N} pixels",
        "finite",
    ),
    "infinite coordinate": (
        {"ycoords": np.r_[np.inf, np.ones(COUNT - 1)]},
        "ycoords",
        "infinite at entry 0",
        "finite",
    ),
    "NaN in the probe": (
        {"probeGuess": np.full((N, N), np.nan, complex)},
        "probeGuess",
        "NaN",
        "finite",
    ),
    "negative amplitude": (
        {"diffraction": sound()["diffraction"] - 1},
        "diffraction",
        "negative in",
        ">= 0",
    ),
    "patterns that are not square": (
        {"diffraction": np.ones((COUNT, N, N // 2), np.float32)},
        "diffraction",
        f"({COUNT}, {N}, {N // 2})",
        "square",
    ),
    "no pattern": (
        {"diffraction": np.ones((0, N, N)), "xcoords": np.ones(0), "ycoords": np.ones(0)},
        "diffraction",
        f"(0, {N}, {N})",
        "at least one pattern",
    ),
    "positions in nanometres": (
        {"xcoords": 1e5 * np.arange(COUNT), "ycoords": 1e5 * np.arange(COUNT)},
        "xcoords, ycoords",
        "so far apart",
        "pixels",
    ),
    "pickled object": (
        {"objectGuess": np.array([[1j, None]], dtype=object)},
        "objectGuess",
        "unreadable",
        "array",
    ),
    "pickled patterns": (
        {"diffraction": np.array([None, {}], dtype=object)},
        "diffraction",
        "unreadable",
        "array",
    ),
    "groups without neighbours": (
        {"_metadata": np.array(json.dumps({"gridsize": 2}))},
        "_metadata",
        "without neighbor_count",
        "neighbor_count >= 4",
    ),
    "groups with too few neighbours": (
        {"_metadata": np.array(json.dumps({"gridsize": 2, "neighbor_count": 3}))},
        "_metadata",
        "neighbor_count 3",
        "neighbor_count >= 4",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_what_was_found_and_expected(
    write, validate, plica, tmp_path, case
):
    changes, field, found, expected = WRONG[case]
    path = write(**changes)
    error = validate(path)["errors"][0]
    assert error["field"] == field
    assert found in error["found"] and expected in error["expected"]
    for command in (
        ("info", path),
        ("reconstruct", "-i", path, "-o", tmp_path / "out", "-n", 1),
    ):
        done = plica(*command, check=False)
        assert done.returncode == 1
        assert str(path) in done.stderr and field.split(",", maxsplit=1)[0] in done.stderr
        assert done.stderr.startswith("plica: ") and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_pickle_is_refused_by_name_and_never_run(write, plica, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    path = write(objectGuess=np.array([Trap()], dtype=object))
    done = plica("validate", path, check=False)
    assert done.returncode == 1 and "'objectGuess'" in done.stdout
    assert "object" in done.stdout and not (tmp_path / "sprung").exists()


def test_several_findings_are_listed_at_once(write, validate):
    patterns = sound()["diffraction"]
    patterns[0, 0, :3] = [-1, np.nan, np.inf]
    answer = validate(
        write(
            diffraction=patterns,
            probeGuess=np.ones((N, N)),
            objectGuess=None,
            ycoords=np.full(COUNT, np.nan),
        )
    )
    fields = [error["field"] for error in answer["errors"]]
    assert fields == ["diffraction", "diffraction", "probeGuess", "objectGuess", "ycoords"]


@pytest.mark.parametrize(
    "dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", ">u2", ">i4", ">u8"]
)
def test_integers_are_counts(write, validate, plica, dtype):
    # a uint16 of 60000 squared does not fit into 32 bits, and as an amplitude it would be 3.6e9
    bright = min(60000, np.iinfo(dtype).max)
    counts = np.full((COUNT, N, N), 4, dtype)
    counts[:, N // 2, N // 2] = bright
    path = write(diffraction=counts)
    (warning,) = validate(path)["warnings"]
    assert warning["field"] == "diffraction" and "photon counts" in warning["found"]
    assert amplitudes_seen_by(plica, path) == pytest.approx(4 * (N * N - 1) + bright, rel=1e-6)
    info = plica("info", path).stdout
    assert "photon counts" in info and "unusual" in info


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", ">f8"])
def test_floats_are_amplitudes(write, validate, plica, dtype):
    patterns = sound()["diffraction"].astype(dtype)
    path = write(diffraction=patterns)
    assert validate(path)["warnings"] == []
    photons = (patterns.astype(float) ** 2).sum() / COUNT
    assert amplitudes_seen_by(plica, path) == pytest.approx(photons, rel=1e-6)


def test_legacy_layouts_are_recognised_converted_and_reported(write, validate, plica):
    patterns = sound()["diffraction"]
    photons = (patterns.astype(float) ** 2).sum() / COUNT

    path = write(diffraction=None, diff3d=patterns)
    (warning,) = validate(path)["warnings"]
    assert warning["field"] == "diff3d" and "legacy" in warning["found"]
    assert amplitudes_seen_by(plica, path) == pytest.approx(photons, rel=1e-6)

    path = write(diffraction=np.moveaxis(patterns, 0, 2))
    (warning,) = validate(path)["warnings"]
    assert warning["field"] == "diffraction" and f"({N}, {N}, {COUNT})" in warning["found"]
    answer = json.loads(plica("info", "--json", path).stdout)
    assert (answer["patterns"], answer["pattern_px"]) == (COUNT, N)
    assert answer["photons_per_frame"] == pytest.approx(photons, rel=1e-6)
    assert len(answer["unusual"]) == 1

    path = write(Y=np.ones((COUNT, N, N), np.float32))
    (warning,) = validate(path)["warnings"]
    assert warning["field"] == "Y" and "separate amplitude and phase" in warning["found"]


def test_the_legacy_layout_gives_the_same_reconstruction(write, plica, tmp_path):
    patterns = sound()["diffraction"]
    layouts = (
        {},
        {"diffraction": np.moveaxis(patterns, 0, 2)},
        {"diffraction": None, "diff3d": patterns},
    )
    results = []
    for number, changes in enumerate(layouts):
        out = tmp_path / f"out {number}"
        plica("reconstruct", "-i", write(**changes), "-o", out, "-a", "LSQML", "-n", 3)
        results.append(np.load(out / "reconstruction.npz")["reconstructed_object"])
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


def test_what_nothing_depends_on_is_a_warning(write, validate):
    answer = validate(
        write(
            objectGuess=np.ones((20, 20), np.complex64),
            scan_index=np.arange(3),
            filenames=np.array(["a", None], dtype=object),
            mask=np.ones((3, 3)),
        )
    )
    assert answer["ok"]
    warnings = {warning["field"]: warning for warning in answer["warnings"]}
    assert set(warnings) == {"objectGuess", "scan_index", "filenames", "mask"}
    assert "does not cover" in warnings["objectGuess"]["found"]
    assert "(3,)" in warnings["scan_index"]["found"]


def test_the_dose_label_is_compared_with_the_counts(write, validate):
    photons = float((sound()["diffraction"].astype(float) ** 2).sum() / COUNT)
    for label, is_right in ((photons, True), (2 * photons, False)):
        answer = validate(write(_metadata=np.array(json.dumps({"dose": label}))))
        assert answer["ok"] and (answer["warnings"] == []) == is_right


def test_a_forgotten_fftshift_is_noticed(write, validate):
    shifted = np.fft.ifftshift(sound()["diffraction"], axes=(1, 2))
    (warning,) = validate(write(diffraction=shifted))["warnings"]
    assert warning["field"] == "diffraction" and "fftshift" in warning["expected"]


def test_files_that_are_none_are_findings(tmp_path, validate):
    for content in (b"", b"not a zip", b"PK\x03\x04"):
        path = tmp_path / "a.npz"
        path.write_bytes(content)
        answer = validate(path)
        assert not answer["ok"] and str(path) in answer["errors"][0]["message"]
    assert validate(tmp_path / "none.npz")["errors"][0]["field"] == "file"


def test_a_truncated_file_is_a_finding(write, validate):
    path = write()
    whole = path.read_bytes()
    for part in (0.1, 0.5, 0.99):
        path.write_bytes(whole[: int(part * len(whole))])
        assert not validate(path)["ok"]


def test_the_shared_data_are_sound(shared, plica, validate):
    star = shared / "data" / "siemens_star.npz"
    assert validate(star)["warnings"] == []
    answer = json.loads(plica("info", "--json", star).stdout)
    assert (answer["patterns"], answer["pattern_px"]) == (516, 128)
    assert answer["photons_per_frame"] == pytest.approx(461e3, rel=0.01)
    assert answer["object_is_flat"]
    assert validate(shared / "data" / "parity" / "n64_1e5.npz")["warnings"] == []
    balls = json.loads(plica("info", "--json", shared / "data/gold_balls_two_modes.npz").stdout)
    assert balls["probe_modes"] == 2
