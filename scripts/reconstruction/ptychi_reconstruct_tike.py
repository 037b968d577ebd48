#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reconstructs a dataset (contract DATA-001) with pty-chi: the backend `ptychi` of a study.

    ptychi_reconstruct_tike.py --algorithm LSQML --num-epochs 100 --input-npz IN.npz --output-dir OUT

Needs Python >= 3.11 with numpy, torch >= 2.2 and ptychi >= 1.0 (`./dev setup ptychi` makes such an
environment). Writes OUT/ptychi_reconstruction.npz, in the fields and units of Plica's own
reconstruction.npz, and a picture of it, each whole or not at all.

What it sees to, so that the result stands beside one of Plica's own engines:

* the object lies where Plica's would: its origin is given to pty-chi, not left to it. The default
  is one pixel off towards the lower right in versions up to 1.5.0;
* arrays go in through the task from pty-chi 2.0 on, through the options before;
* pty-chi's Fourier transform has no factor, Plica's is unitary: the probe is divided by N on its
  way in and multiplied on its way out, so that its power is in photons and starts consistent;
* the seed is set and only deterministic algorithms are used;
* nothing in the input is executed, and sizes are checked before anything is allocated.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted (SIGINT or SIGTERM).
"""
import argparse
import dataclasses
import datetime
import hashlib
import importlib.metadata
import inspect
import io
import json
import logging
import math
import os
import pathlib
import platform
import signal
import sys
import time
import traceback
import warnings
import zipfile
import zlib

import numpy as np

NAME = "ptychi_reconstruct_tike"
RESULT = "ptychi_reconstruction"
# Name on the command line, and pty-chi's class of options.
ALGORITHMS = {
    "LSQML": "LSQMLOptions",
    "DM": "DMOptions",
    "PIE": "PIEOptions",
    "EPIE": "EPIEOptions",
    "RPIE": "RPIEOptions",
    "RAAR": "RAAROptions",
}
# Object pixels beyond the outermost patch, as Plica's engines have them.
MARGIN = 2
# Beyond these, positions are in a wrong unit: as Plica's checks have it.
OBJECT_PIXELS_LIMIT = 2**32
OBJECT_PIXELS_UNASKED = 2**26
OBJECT_SPARSENESS_LIMIT = 100
LARGEST_AMPLITUDE = 1e15
# A deflated byte stands for no more than this many.
LARGEST_INFLATION = 1032


class Refusal(Exception):
    """What is wrong, for the user: lower case, without full stop."""


def warn(text):
    print(f"{NAME}: warning: {text}", file=sys.stderr, flush=True)


# ---- Input ----


@dataclasses.dataclass
class Dataset:
    """A checked data set: n patterns of N x N, in Plica's conventions."""

    intensity: np.ndarray  # (n, N, N) float32, photons, zero frequency at N/2
    probe: np.ndarray  # (modes, N, N) complex64, sum |P|^2 in photons
    object_guess: np.ndarray  # (H, W) complex64
    y: np.ndarray  # (n,) float64, patch centres in pixels of object_guess
    x: np.ndarray
    mask: np.ndarray | None  # (N, N) bool, true where valid
    notes: list[str]  # what was unusual

    @property
    def side(self):
        return self.intensity.shape[-1]


def read_member(archive, name):
    """The array of one member of an NPZ; sizes are believed only when they agree."""
    info = archive.getinfo(f"{name}.npy")
    if info.file_size > LARGEST_INFLATION * max(info.compress_size, 1):
        raise Refusal(f"'{name}' claims {info.file_size} bytes, of {info.compress_size} compressed")
    try:
        with archive.open(info) as stream:
            version = np.lib.format.read_magic(stream)
            read_header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }.get(version)
            if read_header is None:
                raise Refusal(f"'{name}' is NPY version {version[0]}.{version[1]}, expected 1 or 2")
            shape, _, dtype = read_header(stream)
            if dtype.hasobject:
                raise Refusal(f"'{name}' holds pickled Python objects, expected plain numbers")
            expected = math.prod(shape) * dtype.itemsize
            found = info.file_size - stream.tell()
        if found != expected:
            raise Refusal(f"'{name}' has {found} bytes of data, expected {expected} for {shape}")
        with archive.open(info) as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise Refusal(f"'{name}' cannot be read: {error}") from error


def describe(array):
    return f"{array.dtype} {array.shape}"


def take(members, name, expected):
    if name not in members:
        raise Refusal(f"'{name}' is missing, expected {expected}")
    return members[name]


def check_finite(array, name):
    if not np.all(np.isfinite(array)):
        raise Refusal(f"'{name}' is NaN or infinite in places, expected finite values")


def take_patterns(members, notes):
    """(n, N, N) float32 photons, from amplitudes (float) or counts (integer)."""
    expected = "(n, N, N) real amplitudes, or integer photon counts"
    name = "diffraction" if "diffraction" in members or "diff3d" not in members else "diff3d"
    patterns = take(members, name, expected)
    if name == "diff3d":
        notes.append("'diff3d' is the legacy name of the patterns, taken for them")
    if patterns.ndim != 3 or patterns.dtype.kind not in "fiu":
        raise Refusal(f"'{name}' is {describe(patterns)}, expected {expected}")
    if patterns.size == 0:
        raise Refusal(f"'{name}' is {describe(patterns)}, expected at least one pattern")
    first, second, last = patterns.shape
    positions = members["xcoords"].size if "xcoords" in members else 0
    if first == second != last == positions:
        notes.append(f"'{name}' is {describe(patterns)}: the legacy layout (N, N, n), converted")
        patterns = np.moveaxis(patterns, -1, 0)
    elif second != last:
        raise Refusal(f"'{name}' is {describe(patterns)}, expected square patterns (n, N, N)")
    check_finite(patterns, name)
    if patterns.min() < 0:
        raise Refusal(f"'{name}' is negative in {np.sum(patterns < 0)} pixels, expected values >= 0")
    if patterns.max() == 0:
        raise Refusal(f"'{name}' is zero in every pixel, expected some photons")
    if patterns.dtype.kind != "f":
        notes.append(f"'{name}' is of integer type: taken as photon counts")
        return np.ascontiguousarray(patterns, dtype=np.float32)
    if patterns.max() > LARGEST_AMPLITUDE:
        raise Refusal(
            f"'{name}' is {patterns.max():g} in its brightest pixel, expected amplitudes up to 1e+15"
        )
    return np.square(np.ascontiguousarray(patterns, dtype=np.float32))


def take_probe(members, side):
    expected = f"({side}, {side}) or (modes, {side}, {side})"
    probe = take(members, "probeGuess", f"{expected} complex")
    if probe.dtype.kind != "c":
        raise Refusal(f"'probeGuess' is {describe(probe)}, expected complex64 or complex128")
    if probe.ndim not in (2, 3) or probe.size == 0 or probe.shape[-2:] != (side, side):
        raise Refusal(f"'probeGuess' is {describe(probe)}, expected {expected}")
    check_finite(probe, "probeGuess")
    if not np.any(probe):
        raise Refusal("'probeGuess' is zero everywhere, expected an illumination")
    return np.ascontiguousarray(probe.reshape(-1, side, side), dtype=np.complex64)


def take_object(members):
    guess = take(members, "objectGuess", "(H, W) complex")
    if guess.dtype.kind != "c" or guess.ndim != 2 or guess.size == 0:
        raise Refusal(f"'objectGuess' is {describe(guess)}, expected (H, W) complex")
    check_finite(guess, "objectGuess")
    return np.ascontiguousarray(guess, dtype=np.complex64)


def take_coordinates(members, name, count):
    values = take(members, name, "(n,) real, in pixels of the object array")
    if values.ndim != 1 or values.dtype.kind not in "fiu":
        raise Refusal(f"'{name}' is {describe(values)}, expected (n,) real")
    if len(values) != count:
        raise Refusal(f"'{name}' has {len(values)} entries, 'diffraction' has {count}")
    check_finite(values, name)
    return np.asarray(values, dtype=np.float64)


def take_mask(members, side, notes):
    mask = members.get("mask")
    if mask is None:
        return None
    if mask.shape != (side, side) or mask.dtype.kind not in "bfiu":
        notes.append(f"'mask' is {describe(mask)}, expected real (N, N): ignored")
        return None
    if np.any(np.isnan(mask)):
        raise Refusal("'mask' is NaN in places, expected 0 for a bad pixel, else another number")
    if not np.any(mask):
        raise Refusal("'mask' is zero in every pixel, expected a valid pixel")
    return mask != 0


def check_groups(members, notes):
    """A view of gridsize 2 and more has groups of C = gridsize^2 out of K neighbours."""
    text = members.get("_metadata")
    if text is None:
        return
    try:
        metadata = json.loads(str(text.item()))
        gridsize = float(metadata.get("gridsize", 1))
        neighbours = float(metadata.get("neighbor_count", 0))
    except (ValueError, TypeError, AttributeError):
        notes.append("'_metadata' is no JSON object, ignored")
        return
    if gridsize > 1 and neighbours < gridsize**2:
        raise Refusal(
            f"'_metadata' is of a view with neighbor_count {neighbours:g}, expected"
            f" neighbor_count >= {gridsize**2:g} (gridsize {gridsize:g} squared)"
        )


def check_extent(y, x, side):
    spans = [float(values.max() - values.min()) for values in (y, x)]
    pixels = math.prod(span + side + 1 for span in spans)
    covered = len(y) * side * side
    sparse = pixels > OBJECT_PIXELS_UNASKED and pixels > OBJECT_SPARSENESS_LIMIT * covered
    if pixels > OBJECT_PIXELS_LIMIT or sparse:
        raise Refusal(
            f"'xcoords, ycoords' are so far apart ({spans[0]:.4g} x {spans[1]:.4g} px) that no"
            " object could hold them, expected pixels of the object array"
        )


def check_centre(intensity, notes):
    """A missing fftshift leaves the corners brighter than the middle."""
    mean = intensity[:: len(intensity) // 16 + 1].mean(axis=0, dtype=np.float64)
    index = np.arange(len(mean))
    inside = (4 * index >= len(mean)) & (4 * index < 3 * len(mean))
    if mean[~inside][:, ~inside].sum() > mean[inside][:, inside].sum():
        notes.append(
            "'diffraction' is brighter in its corners than in its middle, expected the zero"
            " frequency at index N/2 (numpy.fft.fftshift)"
        )


def read_members(path):
    names = ("diffraction", "diff3d", "probeGuess", "objectGuess", "xcoords", "ycoords")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Refusal(f"it is no NPZ (ZIP) file: {error}") from error
    with archive:
        present = set(archive.namelist())
        return {
            name: read_member(archive, name)
            for name in (*names, "mask", "_metadata")
            if f"{name}.npy" in present
        }


def load_dataset(path, n_images=None):
    """Reads and checks a data set; with n_images, its first patterns only."""
    try:
        members = read_members(path)
        notes = []
        intensity = take_patterns(members, notes)
        count, side = intensity.shape[:2]
        data = Dataset(
            intensity=intensity,
            probe=take_probe(members, side),
            object_guess=take_object(members),
            x=take_coordinates(members, "xcoords", count),
            y=take_coordinates(members, "ycoords", count),
            mask=take_mask(members, side, notes),
            notes=notes,
        )
        check_groups(members, notes)
        check_extent(data.y, data.x, side)
        check_centre(intensity, notes)
        if n_images is not None and n_images > count:
            raise Refusal(f"it has {count} patterns, --n-images asks for {n_images}")
    except Refusal as error:
        raise Refusal(f"cannot use '{path}': {error}") from error
    except OSError as error:
        raise Refusal(f"cannot open '{path}': {error.strerror or error}") from error
    if n_images is not None:
        data.intensity = data.intensity[:n_images]
        data.y, data.x = data.y[:n_images], data.x[:n_images]
    return data


# ---- Where the object lies ----


@dataclasses.dataclass(frozen=True)
class Canvas:
    """The reconstructed object: pixel [0, 0] lies at `origin` in the data set's coordinates."""

    origin: tuple[int, int]
    shape: tuple[int, int]


def lay_canvas(y, x, side):
    """The canvas of Plica's engines: MARGIN pixels around the outermost patches. The patch of
    position p begins at pixel rint(p) - side // 2 of the data set's coordinates."""
    low = [int(np.rint(values.min())) for values in (y, x)]
    high = [int(np.rint(values.max())) for values in (y, x)]
    return Canvas(
        origin=tuple(a - side // 2 - MARGIN for a in low),
        shape=tuple(b - a + side + 2 * MARGIN for a, b in zip(low, high)),
    )


def ptychi_axis(positions, origin, side):
    """Positions and their origin for pty-chi, of one axis.

    pty-chi begins the patch of position q at round(round(q) + o - (N - 1) / 2), o being the
    object's position origin. With o = (N - 1) / 2 - N // 2 - (origin - base), and q = p - base,
    that is rint(p) - N // 2 - origin. `base` keeps q small, so that it is exact enough in single
    precision; it is even, so that halves are rounded as before.
    """
    base = origin - origin % 2
    return positions - base, (side - 1) / 2 - side // 2 - (origin - base)


def start_object(data, canvas, word):
    """The first guess on the canvas: 1 everywhere, or objectGuess where the canvas overlaps it."""
    guess = np.ones(canvas.shape, dtype=np.complex64)
    if word == "flat":
        return guess
    target, source = [], []
    for origin, size, available in zip(canvas.origin, canvas.shape, data.object_guess.shape):
        first, end = max(origin, 0), min(origin + size, available)
        if first - origin > MARGIN or origin + size - end > MARGIN:
            raise Refusal(
                "cannot start from the dataset's object: 'objectGuess' is"
                f" {data.object_guess.shape} and does not cover the scan"
            )
        target.append(slice(first - origin, end - origin))
        source.append(slice(first, end))
    guess[tuple(target)] = data.object_guess[tuple(source)]
    return guess


# ---- pty-chi ----


def versions():
    """Versions of what took part, as far as it is installed."""
    found = {"python": platform.python_version()}
    for package in ("ptychi", "torch", "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def import_ptychi(threads):
    """torch and pty-chi's api and task, which take seconds to import."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    warnings.filterwarnings("ignore", message="Converting a tensor with requires_grad")
    try:
        import torch
        import ptychi.api as api
        from ptychi.api.task import PtychographyTask
    except ImportError as error:
        raise Refusal(
            f"cannot import torch and ptychi in {sys.executable}: {error}; ./dev setup ptychi"
            " makes an environment that has them"
        ) from error
    if threads > 0:
        torch.set_num_threads(threads)
    return torch, api, PtychographyTask


def choose_device(torch, word):
    if word == "gpu" and not torch.cuda.is_available():
        raise Refusal("--device gpu: torch finds no GPU")
    return "gpu" if word != "cpu" and torch.cuda.is_available() else "cpu"


def make_options(api, args, device):
    """pty-chi's options of the algorithm; what is not set here keeps pty-chi's default."""
    make = getattr(api, ALGORITHMS[args.algorithm], None)
    if make is None:
        raise Refusal(f"pty-chi {versions()['ptychi']} has no {args.algorithm}")
    options = make()
    engine = options.reconstructor_options
    engine.num_epochs = args.num_epochs
    engine.batch_size = args.batch_size
    engine.random_seed = args.seed
    engine.allow_nondeterministic_algorithms = args.nondeterministic
    engine.default_device = api.Devices.GPU if device == "gpu" else api.Devices.CPU
    return options


def make_task(args, data, canvas):
    """pty-chi's task on the data, its object placed on the canvas."""
    torch, api, task_class = import_ptychi(args.threads)
    device = choose_device(torch, args.device)
    options = make_options(api, args, device)
    axes = [
        ptychi_axis(positions, origin, data.side)
        for positions, origin in zip((data.y, data.x), canvas.origin)
    ]
    options.object_options.determine_position_origin_coords_by = (
        api.ObjectPosOriginCoordsMethods.SPECIFIED
    )
    options.object_options.position_origin_coords = torch.tensor(
        [origin for _, origin in axes],
        dtype=torch.float32,
        device="cuda" if device == "gpu" else "cpu",
    )
    guess = start_object(data, canvas, args.initial_object)
    arrays = {
        "diffraction_data": (options.data_options, "data", data.intensity),
        "valid_pixel_mask": (options.data_options, "valid_pixel_mask", data.mask),
        "object_data": (options.object_options, "initial_guess", guess[None]),
        "probe_data": (options.probe_options, "initial_guess", data.probe[None] / data.side),
        "probe_position_y_px": (options.probe_position_options, "position_y_px", axes[0][0]),
        "probe_position_x_px": (options.probe_position_options, "position_x_px", axes[1][0]),
    }
    arrays = {key: entry for key, entry in arrays.items() if entry[2] is not None}
    if "diffraction_data" in inspect.signature(task_class).parameters:
        return task_class(options, **{key: entry[2] for key, entry in arrays.items()})
    for owner, field, array in arrays.values():
        setattr(owner, field, torch.as_tensor(array))
    return task_class(options)


def last_loss(task):
    return float(task.reconstructor.loss_tracker.table["loss"].iloc[-1])


def run_epochs(task, count):
    """Runs them, one line each: the loss (mean over pixels of (|Psi| - sqrt(I))^2), seconds and
    processor seconds of each."""
    loss, seconds, cpu_seconds = [], [], []
    for epoch in range(1, count + 1):
        start, cpu_start = time.monotonic(), time.process_time()
        task.run(1)
        seconds.append(time.monotonic() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
        loss.append(last_loss(task))
        print(f"epoch {epoch}/{count}  loss {loss[-1]:.6g}  {seconds[-1]:.3f} s", flush=True)
        if not math.isfinite(loss[-1]):
            raise Refusal(f"the loss is no number any more after epoch {epoch}")
    return loss, seconds, cpu_seconds


# ---- Output ----


def write_atomically(path, write):
    """write(stream) into a temporary file beside `path`, which then takes its place. Its name ends
    as those of libplica do, which `plica study run` removes when a writer was killed."""
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid() % 10**6:06d}")
    try:
        with open(temporary, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def input_record(path):
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return json.dumps({"path": str(path), "sha256": digest})


def result_members(args, data, canvas, task, history):
    """The members of the result, in Plica's names and units."""
    probe = task.get_data_to_cpu("probe", as_numpy=True)[0] * data.side
    options = {
        "num_epochs": args.num_epochs,
        "batch_size": args.batch_size,
        "random_seed": args.seed,
        "initial_object": args.initial_object,
        "n_images": args.n_images,
        "device": str(task.get_data("object").device),
    }
    return {
        "reconstructed_object": task.get_data_to_cpu("object", as_numpy=True)[0],
        "object_origin": np.array(canvas.origin, dtype=np.float64),
        "reconstructed_probe": probe[0] if len(probe) == 1 else probe,
        "ycoords": data.y,
        "xcoords": data.x,
        "loss": np.array(history[0]),
        "epoch_seconds": np.array(history[1]),
        "epoch_cpu_seconds": np.array(history[2]),
        "algorithm": np.array(args.algorithm),
        "timestamp": np.array(
            datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        ),
        "options": np.array(json.dumps(options)),
        "input": np.array(input_record(args.input_npz)),
        "versions": np.array(json.dumps(versions())),
    }


def grey(values, low, high):
    scaled = np.clip((values - low) / max(high - low, 1e-30), 0, 1)
    return np.repeat((255 * scaled).astype(np.uint8)[..., None], 3, axis=-1)


def hues(phase):
    """A phase as a colour of the circle; pi and -pi are the same."""
    turns = phase[..., None] / (2 * np.pi) + np.array([0, 1 / 3, 2 / 3])
    return (127.5 * (1 + np.cos(2 * np.pi * turns))).astype(np.uint8)


def picture_of(members):
    """Object and probe below each other, amplitude and phase side by side."""
    probe = members["reconstructed_probe"]
    rows = []
    for wave in (members["reconstructed_object"], probe[0] if probe.ndim == 3 else probe):
        amplitude = np.abs(wave)
        rows.append(
            np.hstack([grey(amplitude, 0, np.percentile(amplitude, 99.5)), hues(np.angle(wave))])
        )
    width = max(row.shape[1] for row in rows)
    return np.vstack([np.pad(row, ((0, 4), (0, width - row.shape[1]), (0, 0))) for row in rows])


def save(args, members):
    path = pathlib.Path(args.output_dir) / f"{RESULT}.npz"
    write_atomically(path, lambda stream: np.savez(stream, **members))
    try:  # a picture that cannot be drawn does not undo a reconstruction that is there
        from PIL import Image

        picture = io.BytesIO()
        Image.fromarray(picture_of(members)).save(picture, format="PNG")
        write_atomically(path.with_suffix(".png"), lambda stream: stream.write(picture.getvalue()))
    except Exception as error:
        warn(f"no picture: {error}")
    return path


# ---- The program ----


def whole_number(least):
    def convert(text):
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{number} is out of range: expected >= {least}")
        return number

    convert.__name__ = "whole number"
    return convert


def parse(argv):
    parser = argparse.ArgumentParser(
        prog=f"{NAME}.py", description="Reconstruct a dataset (DATA-001) with the pty-chi library."
    )
    add = parser.add_argument
    add("--input-npz", required=True, metavar="FILE", help="dataset")
    add("--output-dir", required=True, metavar="DIR", help="folder for the result; made if missing")
    add("--algorithm", type=str.upper, choices=list(ALGORITHMS), default="LSQML", help="(LSQML)")
    add("--num-epochs", type=whole_number(1), default=100, metavar="N", help="(100)")
    add("--batch-size", type=whole_number(1), default=96, metavar="N", help="positions (96)")
    add("--seed", type=whole_number(0), default=0, metavar="N", help="of the batches (0)")
    add("--initial-object", choices=["flat", "dataset"], default="flat",
        help="dataset: start from objectGuess (flat)")
    add("--n-images", type=whole_number(1), metavar="N", help="only the first N patterns")
    add("--threads", type=whole_number(0), default=0, metavar="N", help="(0: as torch likes)")
    add("--device", choices=["auto", "cpu", "gpu"], default="auto",
        help="auto: a GPU if torch finds one (auto)")
    add("--nondeterministic", action="store_true",
        help="allow faster algorithms that give other bits each time")
    return parser.parse_args(argv)


def interrupt(*_):
    raise KeyboardInterrupt


def run(args):
    try:
        pathlib.Path(args.output_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"cannot make '{args.output_dir}': {error.strerror}") from error
    data = load_dataset(args.input_npz, args.n_images)
    for note in data.notes:
        warn(f"'{args.input_npz}': {note}")
    if args.algorithm == "PIE" and args.batch_size > 1:
        warn(f"pty-chi's PIE takes positions one by one: batch size 1, not {args.batch_size}")
        args.batch_size = 1
    if args.algorithm == "RAAR":
        warn("pty-chi's RAAR was seen to diverge with its default beta: look at the loss")
    canvas = lay_canvas(data.y, data.x, data.side)
    task = make_task(args, data, canvas)
    history = run_epochs(task, args.num_epochs)
    members = result_members(args, data, canvas, task, history)
    try:
        path = save(args, members)
    except OSError as error:
        raise Refusal(f"cannot write into '{args.output_dir}': {error.strerror}") from error
    rows, cols = canvas.shape
    print(f"{path}: {rows} x {cols} px, loss {history[0][-1]:.6g}, pty-chi {versions()['ptychi']}")


def main(argv=None):
    args = parse(argv)
    signal.signal(signal.SIGTERM, interrupt)
    logging.basicConfig(level=logging.WARNING, format=f"{NAME}: %(message)s")
    try:
        run(args)
    except Refusal as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{NAME}: interrupted", file=sys.stderr)
        return 130
    except Exception as error:  # whatever pty-chi or torch have to say
        is_memory = isinstance(error, MemoryError) or "memory" in str(error)
        if not is_memory:
            traceback.print_exc()
        what = "out of memory" if is_memory else f"pty-chi failed: {type(error).__name__}"
        print(f"{NAME}: {what}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
