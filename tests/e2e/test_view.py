# SPDX-License-Identifier: BSD-3-Clause
"""plica view: the PNG shows what is in the file, and each terminal gets the same picture."""
import base64
import io
import os
import re

import numpy as np
import pytest
from skimage.io import imread

ROWS, COLS, PATTERN = 60, 70, 16


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A dataset whose object's phase grows to the right, and whose patterns differ."""
    path = tmp_path_factory.mktemp("view") / "scan.npz"
    y, x = (a.ravel() for a in np.meshgrid([10.0, 30.0, 50.0], [12.0, 40.0], indexing="ij"))
    phase = np.linspace(-3, 3, COLS)[None] * np.ones((ROWS, 1))
    patterns = np.zeros((6, PATTERN, PATTERN), np.float32)
    for i in range(6):
        patterns[i, 8, 8 + i] = 10
    np.savez(
        path,
        diffraction=patterns,
        probeGuess=np.ones((PATTERN, PATTERN), np.complex64),
        objectGuess=((1 + np.arange(ROWS)[:, None] / ROWS) * np.exp(1j * phase)).astype("c8"),
        ycoords=y,
        xcoords=x,
    )
    return path


@pytest.fixture
def picture(plica, tmp_path):
    def draw(path, *args):
        out = tmp_path / "picture.png"
        plica("view", path, "-o", out, *args)
        return imread(out)[..., :3]

    return draw


def shown(plica, path, *args, **environment):
    """What a terminal of 80 columns would get."""
    kept = {key: value for key, value in os.environ.items()
            if key not in ("TERM", "TERM_PROGRAM", "KITTY_WINDOW_ID", "TMUX")}
    return plica("view", path, *args, env={**kept, **environment}).stdout


def test_phase_and_amplitude(picture, scan):
    phase = picture(scan)  # enlarged by a whole number up to 1024 pixels
    zoom = 1024 // COLS
    assert phase.shape == (ROWS * zoom, COLS * zoom, 3)
    columns = phase[::zoom, ::zoom]
    assert (columns == columns[:1]).all() and len(np.unique(columns[0], axis=0)) > 50
    assert np.array_equal(picture(scan, "--phase"), phase)
    amplitude = picture(scan, "--amplitude")[::zoom, ::zoom].astype(int)
    assert (amplitude == amplitude[:, :1]).all()
    assert (np.diff(amplitude.sum(axis=2)[:, 0]) >= 0).all()


def test_patterns(picture, scan):
    zoom = 1024 // PATTERN
    for i in (0, 5):
        pattern = picture(scan, "--pattern", i)[::zoom, ::zoom].sum(axis=2)
        assert np.unravel_index(pattern.argmax(), pattern.shape) == (8, 8 + i)
    mean = picture(scan, "--mean")[::zoom, ::zoom].sum(axis=2)
    assert (mean > mean[0, 0]).sum() == 6


def test_scan_is_marked_where_it_is(picture, scan, tmp_path):
    zoom = 1024 // COLS
    plain, marked = picture(scan), picture(scan, "--scan")
    changed = np.argwhere((plain != marked).any(axis=2))
    data = np.load(scan)
    centres = (np.stack([data["ycoords"], data["xcoords"]], axis=1) + 0.5) * zoom
    distance = abs(changed[:, None] - np.floor(centres)[None]).max(axis=2)
    assert (distance.min(axis=1) <= 2).all()
    assert (np.bincount(distance.argmin(axis=1)) >= 20).all()
    for y, x in np.floor(centres).astype(int):
        assert (marked[y, x] == 255).all()
    # a reconstruction has an origin
    part = tmp_path / "part.npz"
    np.savez(part, reconstructed_object=data["objectGuess"][5:, 7:], object_origin=[5.0, 7.0],
             ycoords=data["ycoords"], xcoords=data["xcoords"])
    marked = picture(part, "--scan")
    zoom = 1024 // (COLS - 7)
    for y, x in zip(data["ycoords"], data["xcoords"], strict=True):
        assert (marked[int((y - 4.5) * zoom), int((x - 6.5) * zoom)] == 255).all()


def test_a_large_object_is_reduced(picture, tmp_path):
    path = tmp_path / "large.npz"
    np.savez(path, reconstructed_object=np.ones((1100, 2500), np.complex64))
    assert picture(path).shape == (367, 834, 3)


def blocks(text):
    """The pixels of half-blocks."""
    rows = []
    for line in text.splitlines()[:-1]:
        pair, upper, lower = [], None, None
        for codes, block in re.findall(r"\x1b\[([\d;]*)m|(▀)", line):
            if block:
                pair.append((upper, lower))
            elif codes != "0":
                numbers = [int(code) for code in codes.split(";")]
                at = numbers.index(38)
                upper = numbers[at + 2 : at + 5]
                lower = numbers[numbers.index(48) + 2 :] if 48 in numbers else [0, 0, 0]
        rows += [[u for u, _ in pair], [low for _, low in pair]]
    return np.array(rows)


def sixels(text):
    """The pixels of a sixel picture."""
    size, body = re.search(r"\x1bP0;1q\"1;1;(\d+;\d+)(.*)\x1b\\", text, re.DOTALL).groups()
    cols, rows = map(int, size.split(";"))
    picture = np.full((rows + 6, cols, 3), -1)
    palette, colour, top, col = {}, None, 0, 0
    tokens = re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|(?:!(\d+))?([?-~])|([$-])", body)
    for number, *rgb, chosen, count, symbol, control in tokens:
        if number:
            palette[number] = np.rint(np.array(rgb, float) * 2.55)
        elif chosen:
            colour = chosen
        elif control:
            col, top = 0, top + (6 if control == "-" else 0)
        else:
            for _ in range(int(count or 1)):
                for bit in range(6):
                    if (ord(symbol) - 63) >> bit & 1:
                        assert picture[top + bit, col, 0] == -1, "no pixel twice"
                        picture[top + bit, col] = palette[colour]
                col += 1
    return picture[:rows]


def test_half_blocks_are_the_picture(plica, scan):
    pixels = blocks(shown(plica, scan))
    # 80 columns and 24 lines, three of them spare: 42 rows of pixels
    assert pixels.shape == (ROWS // 2, COLS // 2, 3)
    assert len(np.unique(pixels[0], axis=0)) > 25


def test_sixels_are_the_picture(plica, picture, scan):
    pixels = sixels(shown(plica, scan, "--amplitude", TERM="foot"))
    zoom = pixels.shape[1] // COLS
    assert pixels.shape == (ROWS * zoom, COLS * zoom, 3) and (pixels >= 0).all()
    true = picture(scan, "--amplitude")[:: 1024 // COLS, :: 1024 // COLS].astype(int)
    assert abs(pixels[::zoom, ::zoom] - true).max() <= 27  # half a step of six levels


def test_kitty_gets_the_png(plica, scan, picture):
    for environment in ({"KITTY_WINDOW_ID": "1"}, {"TERM_PROGRAM": "WezTerm"}):
        text = shown(plica, scan, "--amplitude", **environment)
        code = "".join(re.findall(r"\x1b_G[^;]*;([^\x1b]*)\x1b", text))
        pixels = imread(io.BytesIO(base64.b64decode(code)))[..., :3]
        zoom = pixels.shape[1] // COLS
        true = picture(scan, "--amplitude")[:: 1024 // COLS, :: 1024 // COLS]
        assert np.array_equal(pixels[::zoom, ::zoom], true)


def test_unsure_is_half_blocks(plica, scan):
    plain = shown(plica, scan)
    assert shown(plica, scan, TERM="xterm-256color") == plain
    assert shown(plica, scan, TERM="xterm-kitty", TMUX="/tmp/tmux,1,0") == plain
    assert shown(plica, scan, "--terminal", "blocks", TERM="xterm-kitty") == plain
    assert shown(plica, scan, "--terminal", "sixel").startswith("\x1bP")


def test_what_is_refused(plica, scan, tmp_path):
    product = tmp_path / "product.npz"
    np.savez(product, reconstructed_object=np.ones((20, 20), np.complex64))
    for path, words, status, part in (
        (scan, ("--phase", "--mean"), 2, "exclude each other"),
        (scan, ("--pattern", "-5"), 2, "'--pattern' is -5"),
        (scan, ("--pattern", "-1"), 2, "'--pattern' is -1, expected 0 or more"),
        (scan, ("--mean", "--scan"), 2, "not over a pattern"),
        (scan, ("--terminal", "vt52"), 2, "'--terminal' is 'vt52'"),
        (scan, ("--pattern", "6"), 1, "pattern 6 is asked for, expected 0 to 5"),
        (product, ("--mean",), 1, "a reconstruction has no patterns"),
        (product, ("--scan",), 1, "it has no 'ycoords'"),
        (tmp_path / "none.npz", (), 1, "none.npz"),
        (scan, ("-o", tmp_path / "no" / "x.png"), 1, "x.png"),
    ):
        done = plica("view", path, *words, check=False)
        assert done.returncode == status and part in done.stderr, (words, done.stderr)
        assert done.stdout == ""
