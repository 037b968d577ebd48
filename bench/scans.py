# SPDX-License-Identifier: BSD-3-Clause
"""Data sets for measurements, made by numpy from those of shared/data and from the definitions alone
(doc/numerics.md, "Forward model"): other positions, probes, objects, masks and noise.

A scan is a dict of the contract's arrays. Every function leaves its argument alone; random numbers
are numpy's, from seeds that are given.
"""
import numpy as np

#: photons in the pixels that a mask leaves out: what a mask must keep from doing harm
DEAD_PIXEL_COUNTS = 5e4


def load(path):
    with np.load(path) as data:
        return {key: data[key] for key in data.files if key != "_metadata"}


def save(path, scan):
    np.savez(path, **scan)
    return path


def having(scan, **arrays):
    return {**scan, **arrays}


# --- what a scan is measured with -------------------------------------------------------------


def some_positions(scan, share, seed=1):
    """That share of the positions, at random."""
    count = len(scan["xcoords"])
    keep = np.sort(np.random.default_rng(seed).permutation(count)[: int(share * count)])
    return having(scan, **{key: scan[key][keep] for key in ("diffraction", "xcoords", "ycoords")})


def wrong_positions(scan, rms_px, seed=1):
    """Normal errors on each axis, x first."""
    rng = np.random.default_rng(seed)
    x = scan["xcoords"] + rng.normal(0, rms_px, scan["xcoords"].shape)
    return having(scan, xcoords=x, ycoords=scan["ycoords"] + rng.normal(0, rms_px, x.shape))


def square_of_positions(step_px, side_px, first_px, jitter=0.0, seed=1):
    """y and x of a raster; jitter in fractions of the step, uniform."""
    line = np.arange(0, side_px + 1e-9, step_px) + first_px
    grid = np.stack(np.meshgrid(line, line, indexing="ij")).reshape(2, -1)
    return grid + np.random.default_rng(seed).uniform(-jitter, jitter, grid.shape) * step_px


# --- probes -----------------------------------------------------------------------------------


def axes(side):
    half = np.arange(side) - side // 2
    return half[:, None], half[None]


def defocused(modes, phase_rad):
    """All modes, with a further phase that is phase_rad at the rms frequency of the first."""
    k = np.fft.fftfreq(modes.shape[-1])
    square = k[:, None] ** 2 + k[None] ** 2
    spectrum = np.fft.fft2(np.fft.ifftshift(modes, axes=(-2, -1)))
    first = abs(spectrum.reshape(-1, *square.shape)[0]) ** 2
    spectrum *= np.exp(1j * phase_rad * square / ((first * square).sum() / first.sum()))
    return np.fft.fftshift(np.fft.ifft2(spectrum), axes=(-2, -1)).astype(np.complex64)


def gaussian(like, sigma_px):
    """A real Gaussian of the power of `like`, exp(-r^2 / 2 sigma^2) its amplitude."""
    y, x = axes(like.shape[-1])
    amplitude = np.exp(-(y**2 + x**2) / (2 * sigma_px**2))
    return (amplitude * np.linalg.norm(like) / np.linalg.norm(amplitude)).astype(np.complex64)


def rms_radius(probe):
    """On an axis, of the intensity."""
    y, x = axes(probe.shape[-1])
    weight = abs(probe) ** 2 / (abs(probe) ** 2).sum()
    cy, cx = (weight * y).sum(), (weight * x).sum()
    return np.sqrt((weight * ((y - cy) ** 2 + (x - cx) ** 2)).sum() / 2)


# --- patterns ---------------------------------------------------------------------------------


def expected_counts(obj, probe, y, x):
    """Counts of each position, zero frequency at N/2."""
    side = probe.shape[-1]
    rows, cols = np.rint(y).astype(int), np.rint(x).astype(int)
    frequency = np.fft.fftfreq(side)
    spectrum = np.fft.fft2(probe)
    counts = np.empty((len(y), side, side))
    for i, (row, col) in enumerate(zip(rows, cols)):
        ramp = np.exp(-2j * np.pi * (frequency[:, None] * (y[i] - row) + frequency * (x[i] - col)))
        top, left = row - side // 2, col - side // 2
        wave = np.fft.ifft2(spectrum * ramp) * obj[top : top + side, left : left + side]
        counts[i] = np.fft.fftshift(abs(np.fft.fft2(wave, norm="ortho")) ** 2)
    return counts


def simulated(scan, dose, seed=2, y=None, x=None, obj=None, background=0.0, read_noise=0.0):
    """The scan anew: by its true probe and its object, or by others, at `dose` photons on average;
    background in photons a pixel, read noise in photons rms (what it makes negative is stored as 0)."""
    rng = np.random.default_rng(seed)
    y = scan["ycoords"] if y is None else y
    x = scan["xcoords"] if x is None else x
    obj = scan["objectGuess"] if obj is None else obj.astype(np.complex64)
    counts = expected_counts(obj.astype(complex), scan["probeTruth"].astype(complex), y, x)
    scale = dose / counts.sum((1, 2)).mean()
    photons = rng.poisson(scale * counts + background) + rng.normal(0, 1, counts.shape) * read_noise
    amplitudes = np.sqrt(np.maximum(photons, 0)).astype(np.float32)
    return having(scan, diffraction=amplitudes, xcoords=x, ycoords=y, objectGuess=obj)


def flickering(scan, dose, rms, seed=3):
    """Intensities that vary from position to position."""
    rng = np.random.default_rng(seed)
    counts = expected_counts(scan["objectGuess"].astype(complex), scan["probeTruth"].astype(complex),
                             scan["ycoords"], scan["xcoords"])
    weight = np.maximum(rng.normal(1, rms, len(counts)), 0.1)
    counts *= (weight / weight.mean() * dose / counts.sum((1, 2)).mean())[:, None, None]
    return having(scan, diffraction=np.sqrt(rng.poisson(counts)).astype(np.float32))


def masked(scan, valid):
    """With a mask, and nonsense where it says so."""
    broken = np.where(valid, scan["diffraction"], np.float32(np.sqrt(DEAD_PIXEL_COUNTS)))
    return having(scan, diffraction=broken, mask=valid.astype(np.uint8))


def without_module(side, share):
    """A strip of that share of the pixels through the middle of the detector is dead."""
    _, x = axes(side)
    return np.broadcast_to(abs(x + 0.5) > share * side / 2, (side, side))


def without_disc(side, share):
    """A round beam stop of that share of the pixels."""
    y, x = axes(side)
    return y**2 + x**2 > share * side**2 / np.pi


# --- objects ----------------------------------------------------------------------------------


def picture_object(scan, least_amplitude, phase_range_rad):
    """The scan's two pictures with other ranges: |O| from least_amplitude to 1."""
    amplitude, phase = abs(scan["objectGuess"]), np.angle(scan["objectGuess"])
    amplitude = (amplitude - amplitude.min()) / np.ptp(amplitude)
    phase = (phase - phase.min()) / np.ptp(phase)
    return (least_amplitude + (1 - least_amplitude) * amplitude) * np.exp(1j * phase_range_rad * phase)


def scanned(scan):
    """The box of the positions in the object."""
    return tuple(slice(int(np.ceil(scan[axis].min())), int(scan[axis].max())) for axis in ("ycoords", "xcoords"))


def flat_error(scan):
    """Complex NRMSE of no object at all."""
    truth = scan["objectGuess"][scanned(scan)]
    return np.sqrt(1 - abs(truth.mean()) ** 2 / (abs(truth) ** 2).mean())
