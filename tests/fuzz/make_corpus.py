#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the corpus of the NPY and NPZ readers: what numpy makes, and what an attacker would.

    make_corpus.py [FOLDER]     default: corpus/ beside this script

Every file is a few hundred bytes and comes out the same each time; numpy is needed.
"""
import io
import pathlib
import struct
import sys
import zipfile

import numpy as np

TYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
DAY = (1980, 1, 1, 0, 0, 0)


def npy(array, version=None, pickle=False):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=pickle)
    return stream.getvalue()


def raw_npy(header, data=b"", version=(1, 0), length=None):
    """An NPY stream with whatever stands in `header`, and a length field that may lie."""
    text = header.encode("latin1")
    size = struct.pack("<H" if version[0] == 1 else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + size + text + data


def fields(descr="'<f4'", order="False", shape="(2,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def sound_npy():
    for kind in TYPES:
        array = np.arange(6).astype(kind).reshape(2, 3)
        name = np.dtype(kind).name
        yield f"{name}.npy", npy(array)
        if np.dtype(kind).itemsize > 1:
            yield f"{name}-swapped-fortran.npy", npy(
                np.asfortranarray(array.astype(np.dtype(kind).newbyteorder(">")))
            )
    yield "scalar.npy", npy(np.array(1.5))
    yield "four-dimensions.npy", npy(np.asfortranarray(np.arange(24, dtype="u1").reshape(1, 2, 3, 4)))
    yield "empty.npy", npy(np.zeros((3, 0, 2), "f4"))
    yield "text.npy", npy(np.array("Größe: 5 µm"))
    yield "text-swapped.npy", npy(np.array(["ab", "c"], ">U2"))
    yield "bytes.npy", npy(np.array([b"ab", b"c"]))
    for version in (2, 3):
        yield f"version-{version}.npy", npy(np.arange(3, dtype="i2"), (version, 0))


def hostile_npy():
    sound = npy(np.arange(6, dtype="f4"))
    data = bytes(8)
    yield "cut-in-data.npy", sound[:-5]
    yield "cut-in-header.npy", sound[:50]
    yield "cut-in-magic.npy", sound[:4]
    yield "too-long.npy", sound + b"more"
    yield "nothing.npy", b""
    yield "objects.npy", npy(np.array([{"a": 1}, None], object), pickle=True)
    yield "structure.npy", npy(np.zeros(2, [("a", "f4"), ("b", "i2")]))
    yield "datetime.npy", npy(np.zeros(2, "M8[s]"))
    yield "void.npy", npy(np.zeros(2, "V3"))
    yield "long-double.npy", npy(np.zeros(2, np.longdouble))
    yield "shape-lies.npy", raw_npy(fields(shape="(1073741824,)"), data)
    yield "shape-overflows.npy", raw_npy(fields(shape="(4294967296, 4294967296)"), data)
    yield "shape-overflows-empty.npy", raw_npy(fields(shape="(0, 9223372036854775808, 4)"))
    yield "shape-number-overflows.npy", raw_npy(fields(shape="(99999999999999999999999,)"), data)
    yield "shape-negative.npy", raw_npy(fields(shape="(-2,)"), data)
    yield "shape-number.npy", raw_npy(fields(shape="2"), data)
    yield "five-dimensions.npy", raw_npy(fields(shape="(1, 1, 1, 1, 2)"), data)
    yield "no-items-many.npy", raw_npy(fields("'<U0'", "True", "(2305843009213693951, 2)"))
    yield "string-overflows.npy", raw_npy(fields("'<U4611686018427387905'", shape="()"), data)
    yield "python-code.npy", raw_npy(fields(order="__import__('os').system('true')"), data)
    yield "python-expression.npy", raw_npy(fields(shape="(1 + 1,)"), data)
    yield "python-nesting.npy", raw_npy("(" * 300)
    yield "key-twice.npy", raw_npy("{'descr': '<f4', 'descr': '<f8', 'shape': ()}", data)
    yield "key-unknown.npy", raw_npy("{'descr': '<f4', 'oder': 1}", data)
    yield "key-missing.npy", raw_npy("{'descr': '<f4', 'fortran_order': False}", data)
    yield "header-long.npy", raw_npy(fields(), data, (2, 0), length=0xFFFFFFFF)
    yield "header-beyond-file.npy", raw_npy(fields(), data, length=5000)
    yield "header-short.npy", raw_npy(fields(), data, length=20)
    yield "header-zeros.npy", raw_npy("\0" * 60, data)
    yield "version-9.npy", raw_npy(fields(), data, (9, 0))


def npz(members, method=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, DAY), content, method)
    return stream.getvalue()


def patched(archive, signature, offset, form, value):
    """`archive` with a field changed in its first record of that signature."""
    at = archive.index(signature) + offset
    size = struct.calcsize(form)
    return archive[:at] + struct.pack(form, value) + archive[at + size :]


DIRECTORY = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
END = b"PK\x05\x06"


def sound_npz():
    members = [("a.npy", npy(np.arange(6, dtype="f4"))), ("b.npy", npy(np.array("text")))]
    yield "stored.npz", npz(members)
    yield "deflated.npz", npz(members, zipfile.ZIP_DEFLATED)
    yield "without-members.npz", npz([])
    yield "other-member.npz", npz([("readme.txt", b"hello")] + members[:1])
    yield "name-utf8.npz", npz([("größe.npy", members[0][1])])
    yield "zeros.npz", npz([("z.npy", npy(np.zeros(50000, "f4")))], zipfile.ZIP_DEFLATED)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        with archive.open(zipfile.ZipInfo("a.npy", DAY), "w", force_zip64=True) as member:
            member.write(members[0][1])
    yield "zip64.npz", stream.getvalue()


def hostile_npz():
    array = npy(np.arange(6, dtype="f4"))
    stored = npz([("a.npy", array)])
    deflated = npz([("a.npy", array)], zipfile.ZIP_DEFLATED)
    yield "cut.npz", stored[: len(stored) // 2]
    yield "cut-in-end.npz", stored[:-3]
    yield "two-of-a-name.npz", npz([("a.npy", array), ("b.npy", array)]).replace(b"b.npy", b"a.npy")
    yield "objects.npz", npz([("a.npy", npy(np.array([None], object), pickle=True))])
    yield "member-cut.npz", npz([("a.npy", array[:-4])])
    yield "member-empty.npz", npz([("a.npy", b"")])
    yield "bad-crc.npz", patched(stored, DIRECTORY, 16, "<I", 12345)
    yield "bad-data.npz", stored.replace(b"\x00\x00\x80\x3f", b"\x00\x00\x80\x3e")
    yield "bomb-header.npz", patched(deflated, DIRECTORY, 24, "<I", 0xFFFFFFF0)
    lying = npz([("a.npy", raw_npy(fields(shape="(19000,)"), bytes(8)))], zipfile.ZIP_DEFLATED)
    yield "bomb-plausible.npz", patched(lying, DIRECTORY, 24, "<I", 19000 * 4 + 72)
    yield "size-lies-stored.npz", patched(stored, DIRECTORY, 24, "<I", 1 << 30)
    yield "compressed-lies.npz", patched(deflated, DIRECTORY, 20, "<I", 0xFFFFFFF0)
    yield "offset-lies.npz", patched(stored, DIRECTORY, 42, "<I", 0x7FFFFFFF)
    yield "offset-to-directory.npz", patched(stored, DIRECTORY, 42, "<I", stored.index(DIRECTORY))
    unknown = patched(stored, DIRECTORY, 10, "<H", 98)
    yield "method-unknown.npz", patched(unknown, LOCAL, 8, "<H", 98)
    yield "encrypted.npz", patched(patched(stored, DIRECTORY, 8, "<H", 1), LOCAL, 6, "<H", 1)
    yield "deflate-broken.npz", deflated.replace(deflated[60:64], b"\xff\xff\xff\xff")
    yield "entries-lie.npz", patched(patched(stored, END, 8, "<H", 0xFFFE), END, 10, "<H", 0xFFFE)
    yield "overlap.npz", overlapping(array)
    yield "directory-lies.npz", patched(stored, END, 16, "<I", 5)
    yield "comment.npz", patched(stored, END, 20, "<H", 5) + b"PK\x05\x06!"
    yield "no-archive.npz", b"just some text, longer than the shortest archive"


def overlapping(array):
    """Ten entries of the directory for the same stored member."""
    one = npz([("0.npy", array)])
    start, end = one.index(DIRECTORY), one.index(END)
    entries = b"".join(one[start:end].replace(b"0.npy", b"%d.npy" % i) for i in range(10))
    tail = struct.pack("<4sHHHHIIH", END, 0, 0, 10, 10, len(entries), start, 0)
    return one[:start] + entries + tail


def main(argv):
    folder = pathlib.Path(argv[0]) if argv else pathlib.Path(__file__).parent / "corpus"
    for kind, makers in (("npy", (sound_npy, hostile_npy)), ("npz", (sound_npz, hostile_npz))):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for maker in makers:
            for name, content in maker():
                (folder / kind / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
