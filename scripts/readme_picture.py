#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the README's picture: a reconstruction of real data by the program.

    scripts/readme_picture.py ../shared/data/siemens_star.npz doc/images/siemens_star.png

On the left the object's phase over the scanned area, on the right the probe: brightness is its
amplitude, colour its phase.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from skimage.color import hsv2rgb
from skimage.io import imsave
from skimage.transform import resize

SIDE_PX = 480
GAP_PX = 8


def reconstruct(dataset, folder):
    subprocess.run(
        ["build/plica", "reconstruct", "--algorithm", "LSQML", "--num-epochs", "100",
         "--input-npz", dataset, "--output-dir", folder],
        check=True,
    )
    return np.load(pathlib.Path(folder) / "reconstruction.npz")


def scanned_phase(result):
    """The phase between the outermost positions, as grey values from 0 to 1."""
    origin = result["object_origin"]
    box = [
        slice(int(np.ceil(p.min() - o)), int(np.floor(p.max() - o)))
        for p, o in zip((result["ycoords"], result["xcoords"]), origin)
    ]
    part = result["reconstructed_object"][tuple(box)]
    phase = np.angle(part / np.exp(1j * np.angle(part.mean())))
    low, high = np.percentile(phase, (0.5, 99.5))
    return np.clip((phase - low) / (high - low), 0, 1)


def probe_colours(result):
    probe = result["reconstructed_probe"]
    probe = probe[0] if probe.ndim == 3 else probe
    hue = np.angle(probe) / (2 * np.pi) % 1
    bright = np.abs(probe) / np.abs(probe).max()
    return hsv2rgb(np.stack([hue, np.full(hue.shape, 0.75), bright], axis=-1))


def main(argv):
    if len(argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        result = reconstruct(argv[1], folder)
        grey = resize(scanned_phase(result), (SIDE_PX, SIDE_PX), order=3)
        colours = resize(probe_colours(result), (SIDE_PX, SIDE_PX), order=3)
    gap = np.ones((SIDE_PX, GAP_PX, 3))
    picture = np.concatenate([np.dstack([grey] * 3), gap, colours], axis=1)
    path = pathlib.Path(argv[2])
    path.parent.mkdir(parents=True, exist_ok=True)
    imsave(path, (np.clip(picture, 0, 1) * 255).astype(np.uint8), check_contrast=False)


if __name__ == "__main__":
    main(sys.argv)
