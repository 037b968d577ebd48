# SPDX-License-Identifier: BSD-3-Clause
"""The picture that a reconstruction leaves, read by scikit-image: it shows what is in the file."""
import numpy as np
import pytest
from skimage import color, io

GAP = 8


@pytest.fixture(scope="module")
def folder(plica, tmp_path_factory):
    """A short reconstruction of a small scan."""
    folder = tmp_path_factory.mktemp("png")
    plica("simulate", "-o", folder / "data.npz", "--pattern-px", 32, "--count", 64)
    plica("reconstruct", "-i", folder / "data.npz", "-o", folder, "-a", "LSQML", "-n", 5)
    return folder


def zoom_of(small, large):
    """By how much the smaller of two panels is enlarged."""
    return max(1, min(big // little for big, little in zip(large, small)))


@pytest.fixture(scope="module")
def panels(folder):
    """Object and probe from the NPZ, each with its two panels of the picture."""
    picture = io.imread(folder / "reconstruction.png")
    with np.load(folder / "reconstruction.npz") as file:
        fields = file["reconstructed_object"], file["reconstructed_probe"].reshape(32, 32)
    zooms = [zoom_of(fields[i].shape, fields[1 - i].shape) for i in range(2)]
    sizes = [np.multiply(field.shape, zoom) for field, zoom in zip(fields, zooms)]
    width = max(size[1] for size in sizes)
    assert picture.shape == (sizes[0][0] + GAP + sizes[1][0], 2 * width + GAP, 3)
    assert picture.dtype == np.uint8
    cut = []
    for i, (field, (rows, cols), zoom) in enumerate(zip(fields, sizes, zooms)):
        top = i * (sizes[0][0] + GAP)
        part = picture[top : top + rows]
        left, right = part[:, :cols], part[:, width + GAP : width + GAP + cols]
        cut.append((field, left[::zoom, ::zoom], right[::zoom, ::zoom]))
    return cut


def lightness(pixels):
    return color.rgb2lab(pixels)[..., 0]


def test_amplitude_rises_with_lightness(panels):
    for field, amplitude, _ in panels:
        ranks = np.argsort(np.argsort(np.abs(field), axis=None))
        shown = lightness(amplitude).ravel()
        assert np.corrcoef(ranks, np.argsort(np.argsort(shown)))[0, 1] > 0.97
        assert shown.min() < 6 and shown.max() > 94


def test_phase_turns_with_hue(panels):
    for field, _, phase in panels:
        lab = color.rgb2lab(phase)
        hue = np.arctan2(lab[..., 2], lab[..., 1])
        assert np.ptp(lab[..., 0]) < 8
        # Hue and phase differ by one angle, but for the difference between CIELAB and OKLab.
        turn = np.exp(1j * (hue - np.angle(field)))
        assert abs(turn.mean()) > 0.95
