# SPDX-License-Identifier: BSD-3-Clause
"""The NPY and NPZ readers and writers against numpy: what one writes the other reads, bit for bit,
and broken or hostile files end in an error in no time."""
import io
import itertools
import os
import pathlib
import resource
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("PLICA_NPZ_TOOL", ROOT / "build/tests/e2e/npz_tool"))

NUMERIC = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
STRINGS = ["U1", "U7", "S1", "S9"]
SHAPES = [(), (1,), (7,), (3, 5), (2, 3, 4), (2, 3, 1, 4), (0,), (3, 0), (0, 2, 2), (2, 0, 1, 3)]


def tool(*args, timeout=20):
    return subprocess.run(
        [TOOL, *map(str, args)], capture_output=True, text=True, timeout=timeout
    )


def copy(source, target, *options):
    done = tool("copy", source, target, *options)
    assert done.returncode == 0, done.stderr


def cpu_seconds():
    """What all runs of the tool took so far: unlike the clock, not the load of the machine."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def refused(path, *parts):
    """The file is refused with one line that has all `parts`, in no time, and nothing is left."""
    start = cpu_seconds()
    done = tool("copy", path, path.parent / f"copy{path.suffix}")
    seconds = cpu_seconds() - start
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1 and not done.stdout
    for part in parts:
        assert part in done.stderr
    assert seconds < 0.1
    assert not list(path.parent.glob("copy*"))


def values(kind, shape):
    """Every bit pattern of the type that fits, NaNs with their payload included."""
    rng = np.random.default_rng(len(shape))
    count = int(np.prod(shape, dtype=int))
    dtype = np.dtype(kind)
    if dtype.kind == "U":
        letters = rng.choice(list("aß€𝄞 ~"), (count, dtype.itemsize // 4))
        return np.array(["".join(row) for row in letters], dtype).reshape(shape)
    if dtype.kind == "S":
        return np.array([bytes(row) for row in rng.integers(1, 256, (count, dtype.itemsize), "u1")],
                        dtype).reshape(shape)
    data = rng.integers(0, 2 if dtype.kind == "b" else 256, (count, dtype.itemsize), "u1")
    return np.frombuffer(data.tobytes(), dtype).reshape(shape)


def every_array():
    """Name -> array over all types, shapes, byte orders and layouts."""
    for kind, shape, order, layout in itertools.product(NUMERIC + STRINGS, SHAPES, "<>", "CF"):
        array = values(kind, shape)
        array = array.astype(array.dtype.newbyteorder(order), order=layout)
        yield f"{kind}-{'x'.join(map(str, shape))}-{order}{layout}".replace("?", "bool"), array


def assert_same(found, expected):
    native = expected.astype(expected.dtype.newbyteorder("="), order="C")
    assert found.dtype == native.dtype and found.dtype.isnative
    assert found.shape == expected.shape
    assert found.tobytes() == native.tobytes()


@pytest.fixture(scope="module")
def arrays():
    return dict(every_array())


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("options", [(), ("--deflate",)])
def test_numpy_and_we_read_each_other(tmp_path, arrays, save, options):
    save(tmp_path / "in.npz", **arrays)
    copy(tmp_path / "in.npz", tmp_path / "out.npz", *options)
    with np.load(tmp_path / "out.npz", allow_pickle=False) as out:
        assert out.files == list(arrays)
        for name, array in arrays.items():
            assert_same(out[name], array)
    with zipfile.ZipFile(tmp_path / "out.npz") as archive:
        assert archive.testzip() is None
        methods = {member.compress_type for member in archive.infolist()}
        assert methods == {zipfile.ZIP_DEFLATED if options else zipfile.ZIP_STORED}


def test_info_lists_names_types_and_shapes(tmp_path, arrays):
    np.savez(tmp_path / "in.npz", **arrays)
    done = tool("info", tmp_path / "in.npz")
    assert done.returncode == 0, done.stderr
    expected = []
    for name, array in arrays.items():
        kind = {"U": "str", "S": "bytes"}.get(array.dtype.kind, array.dtype.name)
        expected.append(f"{name} {kind} {array.shape}")
    assert done.stdout.splitlines() == expected


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header(tmp_path, version):
    for name, array in [("f4", np.asfortranarray(values("f4", (3, 5)))), ("u", np.array("µm"))]:
        path = tmp_path / f"{name}.npy"
        with open(path, "wb") as stream:
            np.lib.format.write_array(stream, array, version=version)
        copy(path, tmp_path / "out.npy")
        assert_same(np.load(tmp_path / "out.npy"), array)


def test_what_we_write_is_what_numpy_writes(tmp_path):
    for kind in NUMERIC + STRINGS:
        for shape in SHAPES[::3]:
            np.save(tmp_path / "in.npy", values(kind, shape))
            copy(tmp_path / "in.npy", tmp_path / "out.npy")
            assert (tmp_path / "out.npy").read_bytes()[:10] == b"\x93NUMPY\x01\x00v\x00"
            with open(tmp_path / "out.npy", "rb") as stream:
                assert np.lib.format.read_magic(stream) == (1, 0)
                got = np.lib.format.read_array_header_1_0(stream)
            assert got == (shape, False, np.dtype(kind))
            assert_same(np.load(tmp_path / "out.npy"), values(kind, shape))


def test_views_and_subclasses(tmp_path):
    """What numpy makes contiguous itself: steps, transposed axes, broadcasts."""
    base = np.arange(120, dtype="f8").reshape(4, 5, 6)
    arrays = {
        "stepped": base[::2, ::-1],
        "transposed": base.transpose(1, 2, 0),
        "broadcast": np.broadcast_to(base[0, 0], (3, 6)),
        "column": np.asfortranarray(base[0])[:, :1],
    }
    np.savez(tmp_path / "in.npz", **arrays)
    copy(tmp_path / "in.npz", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as out:
        for name, array in arrays.items():
            assert_same(out[name], array)


@pytest.mark.parametrize("shape", [(30, 40, 50), (3, 1, 30000, 1), (20000, 2, 2), (5, 7, 11, 150)])
def test_arrays_of_many_blocks(tmp_path, shape):
    arrays = {}
    for kind, order in itertools.product(["u1", "f4", "c16", "S9", "U30"], "<>"):
        array = np.arange(np.prod(shape)).reshape(shape).astype(np.dtype(kind).newbyteorder(order))
        arrays[kind + order] = array
        arrays[kind + order + "F"] = np.asfortranarray(array)
    np.savez(tmp_path / "in.npz", **arrays)
    copy(tmp_path / "in.npz", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as out:
        for name, array in arrays.items():
            assert_same(out[name], array)


def test_names_beyond_ascii_and_with_folders(tmp_path):
    arrays = {"größe": np.arange(3), "gruppe/wert": np.arange(2), "": np.arange(1), "a b": np.eye(2)}
    with zipfile.ZipFile(tmp_path / "in.npz", "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array)
        archive.writestr("readme.txt", "no array")
    copy(tmp_path / "in.npz", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as out:
        assert out.files == list(arrays)
        for name, array in arrays.items():
            assert_same(out[name], array)


def test_the_same_content_gives_the_same_bytes(tmp_path):
    np.savez(tmp_path / "in.npz", a=np.arange(1000.0), b=np.array("text"))
    for options in [(), ("--deflate",)]:
        copy(tmp_path / "in.npz", tmp_path / "one.npz", *options)
        time.sleep(0.01)
        copy(tmp_path / "one.npz", tmp_path / "two.npz", *options)
        assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_objects_are_refused_by_name_and_never_touched(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    np.savez(tmp_path / "in.npz", good=np.arange(3), trap=np.array([Trap()], object))
    refused(tmp_path / "in.npz", "in.npz': 'trap': it holds Python objects (a pickle)")
    done = tool("info", tmp_path / "in.npz")
    assert done.returncode == 1 and "'trap'" in done.stderr
    assert done.stdout == "good int64 (3,)\n"
    np.save(tmp_path / "in.npy", np.array([{}, None], object), allow_pickle=True)
    refused(tmp_path / "in.npy", "it holds Python objects (a pickle)")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "array, part",
    [
        (np.zeros(2, [("a", "f4"), ("b", "i2")]), "its type is structured"),
        (np.zeros(2, "M8[s]"), "its type '<M8[s]' is not supported"),
        (np.zeros(2, "V5"), "its type '|V5' is not supported"),
        (np.zeros(2, np.longdouble), "is not supported"),
        (np.zeros((1, 1, 1, 1, 1)), "it has 5 dimensions, at most 4 are supported"),
    ],
)
def test_what_we_do_not_read_is_named(tmp_path, array, part):
    np.savez(tmp_path / "in.npz", x=array)
    refused(tmp_path / "in.npz", "'x': ", part)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_cut_anywhere_is_an_error(tmp_path, save):
    stream = io.BytesIO()
    save(stream, a=np.arange(9.0), b=np.array("text"))
    whole = stream.getvalue()
    for size in range(len(whole)):
        (tmp_path / "in.npz").write_bytes(whole[:size])
        refused(tmp_path / "in.npz", "cannot read '", "in.npz'")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_cut_anywhere_is_an_error(tmp_path, method):
    stream = io.BytesIO()
    np.save(stream, np.asfortranarray(np.arange(12, dtype=">f4").reshape(3, 4)))
    whole = stream.getvalue()
    for size in range(len(whole)):
        with zipfile.ZipFile(tmp_path / "in.npz", "w", method) as archive:
            archive.writestr("x.npy", whole[:size])
        refused(tmp_path / "in.npz", "in.npz': 'x': ")
        (tmp_path / "in.npy").write_bytes(whole[:size])
        refused(tmp_path / "in.npy", "in.npy': ")


def test_missing_bytes_are_counted(tmp_path):
    stream = io.BytesIO()
    np.save(stream, np.arange(28, dtype="f4"))
    with zipfile.ZipFile(tmp_path / "scan.npz", "w") as archive:
        archive.writestr("xcoords.npy", stream.getvalue()[:-12])
    refused(
        tmp_path / "scan.npz",
        f"cannot read '{tmp_path}/scan.npz': 'xcoords': 12 bytes are missing"
        " (found 100, expected 112)",
    )


def write_member(path, header, data):
    """A deflated member with a header of its own and data given in pieces."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("z.npy", "w") as member:
            np.lib.format.write_array_header_1_0(member, header)
            for piece in data:
                member.write(piece)


MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak_bytes(*args):
    """The status and the most memory that a run of the tool had, in bytes. A child's count starts
    at what its parent has: so the parent is a fresh, small Python."""
    command = [sys.executable, "-S", "-c", MEASURE, TOOL, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(map(int, done.stdout.split()))


def test_a_header_that_lies_costs_nothing(tmp_path):
    """A 16 GiB shape over a few bytes: no memory, no time, in both kinds of file."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (1 << 32,)}
    write_member(tmp_path / "in.npz", header, [bytes(1000)])
    refused(tmp_path / "in.npz", "'z': 17179868184 bytes are missing (found 1000")
    status, peak = peak_bytes("copy", tmp_path / "in.npz", tmp_path / "copy.npz")
    assert status == 1 and peak < 32 << 20
    with open(tmp_path / "in.npy", "wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
    refused(tmp_path / "in.npy", "17179869184 bytes are missing (found 0")


def test_a_bomb_that_lies_costs_nothing(tmp_path):
    """The directory and the header promise 1 GiB, as much as 1 MB can hold; a few bytes come."""
    path = tmp_path / "in.npz"
    header = {"descr": "|u1", "fortran_order": False, "shape": (1 << 30,)}
    noise = np.random.default_rng(1).bytes(1 << 20)
    write_member(path, header, [noise])
    raw = bytearray(path.read_bytes())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = ((1 << 30) + 128).to_bytes(4, "little")
    path.write_bytes(raw)
    refused(path, "'z': ")
    status, peak = peak_bytes("copy", path, tmp_path / "copy.npz")
    assert status == 1 and peak < 32 << 20


def test_an_honest_bomb_is_read_or_refused_by_the_memory(tmp_path):
    """256 MiB of zeros in 260 KB is a legal array: its type and shape cost nothing, and a machine
    that has not the memory says so."""
    path = tmp_path / "in.npz"
    header = {"descr": "|u1", "fortran_order": False, "shape": (1 << 28,)}
    write_member(path, header, itertools.repeat(bytes(1 << 20), 1 << 8))
    assert path.stat().st_size < 300000
    start = cpu_seconds()
    done = tool("info", path)
    assert done.stdout == "z uint8 (268435456,)\n" and cpu_seconds() - start < 0.1
    limited = subprocess.run(
        [TOOL, "copy", path, tmp_path / "out.npz"], capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (128 << 20, 128 << 20)),
    )
    assert limited.returncode == 1 and "out of memory" in limited.stderr
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_folder_and_a_pipe_are_no_archives(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    for path in (tmp_path, tmp_path / "pipe.npz"):
        done = tool("info", path)
        assert done.returncode == 1 and "it is not a regular file" in done.stderr


def test_shared_data_go_round(tmp_path, shared):
    for path in sorted((shared / "data").glob("*.npz")):
        copy(path, tmp_path / "out.npz")
        with np.load(path) as expected, np.load(tmp_path / "out.npz") as out:
            assert out.files == expected.files
            for name in out.files:
                assert_same(out[name], expected[name])
