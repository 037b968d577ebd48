#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measure how every engine does where data are sparse, wrong, masked, noisy or unusual.

    bench/robustness.py --plica build/plica --data ../shared/data [--only positions probes ...]

Makes the inputs (bench/scans.py, seeds fixed), runs `plica reconstruct` with one thread from a flat
object and measures with `plica compare`: complex NRMSE, "failed" where a run stopped with an error.
Prints the tables of doc/robustness.md, a group at a time.
"""
import argparse
import pathlib
import tempfile

import numpy as np

import runs
import scans

# name, algorithm, epochs, settings
ENGINES = [
    ("ML, 30", "ML", 30, []),
    ("LSQML, 100", "LSQML", 100, []),
    ("LSQML with boost, 25", "LSQML", 25, ["low_frequency_boost.enabled=true"]),
    ("rPIE, 100", "rPIE", 100, []),
    ("ePIE, 100", "ePIE", 100, []),
]
STEP_PX, FIRST_PX, SIDE_PX, DIAMETER_PX = 5.26, 34, 165, 17.52  # of the parity sets of 64 x 64
DOSE = 1e5
GRID = [f"object.remove_grid_artifacts.{item}" for item in ("enabled=true", "period_y_px=5", "period_x_px=5")]


class Bench:
    """Where the data are, and how to measure one case."""

    def __init__(self, args, folder):
        self.program, self.data, self.folder = args.plica, args.data, pathlib.Path(folder)

    def parity(self, name="n64_1e5"):
        return scans.load(self.data / "parity" / f"{name}.npz")

    def score(self, scan, engine, settings=(), epochs=None, look=None):
        _, algorithm, standard, own = engine
        path = scan if isinstance(scan, pathlib.Path) else scans.save(self.folder / "scan.npz", scan)
        return runs.score(self.program, path, algorithm, epochs or standard, [*own, *settings], look=look)

    def cell(self, scan, engine, settings=(), **keywords):
        nrmse, misfit = self.score(scan, engine, settings, **keywords)
        return "failed" if misfit is None else runs.figure(nrmse)

    def table(self, first, cases, engines=ENGINES):
        """cases: (name, scan, settings) by engines."""
        rows = [[name] + [self.cell(scan, engine, settings) for engine in engines]
                for name, scan, settings in cases]
        runs.print_table([first] + [engine[0] for engine in engines], rows)


ML = ENGINES[:1]


def positions(bench):
    for name in ("n64_1e3", "n64_1e5"):
        scan = bench.parity(name)
        bench.table(f"positions of {name}", [
            ("all", scan, []),
            ("half", scans.some_positions(scan, 0.5), []),
            ("a quarter", scans.some_positions(scan, 0.25), []),
            ("an eighth", scans.some_positions(scan, 0.125), [])])


def probes(bench):
    scan = bench.parity()
    guesses = [
        ("the file's", scan["probeGuess"]),
        ("the file's, 2 rad further out of focus", scans.defocused(scan["probeGuess"], 2.0)),
        ("the file's, 3 rad", scans.defocused(scan["probeGuess"], 3.0)),
        ("the truth, 2 rad out of focus", scans.defocused(scan["probeTruth"], 2.0)),
        ("the truth, the other way", scans.defocused(scan["probeTruth"], -2.0)),
        ("Gaussian, amplitude σ 9 px", scans.gaussian(scan["probeGuess"], 9.0)),
        ("Gaussian, intensity σ 9 px", scans.gaussian(scan["probeGuess"], 9.0 * np.sqrt(2))),
        ("Gaussian, intensity σ 4 px", scans.gaussian(scan["probeGuess"], 4.0 * np.sqrt(2)))]
    bench.table("probe guess, n64_1e5", [
        (name, scans.having(scan, probeGuess=guess), []) for name, guess in guesses])
    centred = scans.having(scan, probeGuess=scans.gaussian(scan["probeGuess"], 9.0 * np.sqrt(2)))
    large = bench.parity("n128_1e5")
    large = scans.having(large, probeGuess=scans.gaussian(large["probeGuess"], 14.0))
    bench.table("more", [
        ("Gaussian, intensity σ 9 px, `probe.center_constraint.enabled=true`", centred,
         ["probe.center_constraint.enabled=true"]),
        ("n128_1e5, Gaussian, amplitude σ 14 px", large, []),
        ("the same, centred", large, ["probe.center_constraint.enabled=true"]),
        ("the same, `start.max_epochs=10`", large, ["start.max_epochs=10"])], ML)
    for alpha in ("start.alpha=0.5", "start.alpha=0.1"):
        bench.table(f"the same, `{alpha}`", [
            (name, scans.having(scan, probeGuess=guess), [alpha]) for name, guess in guesses], ML)


def harmonic_share(aligned, step_px):
    """The squared error of an aligned object in the bins at the scan's harmonics (j/step, i/step) but
    (0, 0), over its mean outside of (0, 0)'s cell: 1 where the grid does not show."""
    with np.load(aligned) as data:
        error = data["aligned"] - data["reference"]
    spectrum = abs(np.fft.fft2(error * np.outer(*(np.hanning(n) for n in error.shape)))) ** 2
    close = []
    for n in error.shape:
        bins = np.fft.fftfreq(n) * n
        order = np.rint(bins * step_px / n)
        close.append((abs(bins - order * n / step_px) <= 1.5, order))
    (row_close, row_order), (col_close, col_order) = close
    fast = (row_order[:, None] != 0) | (col_order[None] != 0)  # slow errors are another matter
    grid = np.outer(row_close, col_close) & fast
    return spectrum[grid].mean() / spectrum[fast].mean()


def raster(bench):
    """NRMSE / harmonic share: the same photons an area, with and without jitter."""
    scan = bench.parity()
    rows = []
    for name, step, jitter, settings in (
        ("step 5 px", 5.0, 0.0, []),
        ("step 5 px, jitter 0.1", 5.0, 0.1, []),
        ("step 5 px, jitter 0.2", 5.0, 0.2, []),
        ("step 5 px, `remove_grid_artifacts`", 5.0, 0.0, GRID),
        ("step 5.26 px", STEP_PX, 0.0, []),
        ("step 5.26 px, jitter 0.2", STEP_PX, 0.2, []),
    ):
        y, x = scans.square_of_positions(step, SIDE_PX, FIRST_PX, jitter)
        made = scans.simulated(scan, DOSE * (step / STEP_PX) ** 2, y=y, x=x)
        shares = []
        cells = [bench.cell(made, engine, settings,
                            look=lambda _, aligned, __, s=step: shares.append(harmonic_share(aligned, s)))
                 for engine in ENGINES]
        rows.append([name] + ["%s / %.1f" % pair for pair in zip(cells, shares)])
    runs.print_table(["raster, n64"] + [engine[0] for engine in ENGINES], rows)


def overlap(bench):
    """Linear overlap, at the same photons an area."""
    scan = bench.parity()
    cases = []
    for share in (0.8, 0.7, 0.6, 0.5, 0.4, 0.3):
        step = (1 - share) * DIAMETER_PX
        y, x = scans.square_of_positions(step, SIDE_PX, FIRST_PX, 0.2)
        made = scans.simulated(scan, DOSE * (step / STEP_PX) ** 2, y=y, x=x)
        cases.append(("%.0f %%, %d patterns" % (100 * share, len(y)), made, []))
    bench.table("overlap, jitter 0.2", cases)


def objects(bench):
    scan = bench.parity()
    for dose in (1e5, 1e3):
        cases = []
        for name, least, phase in (
            ("phase 0.05 rad, |O| = 1", 1.0, 0.05),
            ("phase 0.05 rad, |O| from 0.99", 0.99, 0.05),
            ("phase 0.2 rad", 0.98, 0.2),
            ("|O| from 0.05, phase 1.5 rad", 0.05, 1.5),
            ("|O| from 0.05, no phase", 0.05, 0.0),
            ("phase 2π", 0.8, 2 * np.pi),
            ("phase 4π", 0.8, 4 * np.pi),
        ):
            made = scans.simulated(scan, dose, obj=scans.picture_object(scan, least, phase))
            cases.append((f"{name} (flat {runs.figure(scans.flat_error(made))})", made, []))
        bench.table(f"object, {dose:.0e} photons", cases)


MODELS = [
    ("ML", "ML", 30, []),
    ("always counts", "ML", 30, ["start.counts_misfit=1e9"]),
    ("never", "ML", 30, ["noise_model=gaussian"]),
]


def models(bench):
    """NRMSE / E_F: when the amplitude model should be kept."""
    scan = bench.parity()
    cases = [
        ("n64_1e5", scan, []),
        ("n64_1e5, a background modelled that is not there", scan, ["background.optimizable=true"]),
        ("background of 0.1 photons a pixel, not modelled", scans.simulated(scan, 1e5, background=0.1), []),
        ("the same, modelled", scans.simulated(scan, 1e5, background=0.1), ["background.optimizable=true"]),
        ("of 1", scans.simulated(scan, 1e5, background=1.0), []),
        ("of 1, modelled", scans.simulated(scan, 1e5, background=1.0), ["background.optimizable=true"]),
        ("of 5", scans.simulated(scan, 1e5, background=5.0), []),
        ("of 5, modelled", scans.simulated(scan, 1e5, background=5.0), ["background.optimizable=true"]),
        ("positions wrong by 0.3 px", scans.wrong_positions(scan, 0.3), []),
        ("by 1 px", scans.wrong_positions(scan, 1.0), []),
        ("intensities by 10 %", scans.flickering(scan, 1e5, 0.1), []),
        ("Siemens star", bench.data / "siemens_star.npz", []),
        ("gold balls, one mode, no background", bench.data / "gold_balls_two_modes.npz", ["probe.modes=1"]),
    ]
    rows = []
    for name, made, settings in cases:
        pairs = [bench.score(made, engine, settings) for engine in MODELS]
        rows.append([name] + ["%s / %s" % (runs.figure(n), runs.figure(e, 4)) for n, e in pairs])
    runs.print_table(["NRMSE / E_F"] + [engine[0] for engine in MODELS], rows)


def read_noise(bench):
    scan = bench.parity()
    for dose in (1e5, 1e4):
        for rms in (1.0, 3.0):
            made = scans.simulated(scan, dose, read_noise=rms)
            cases = [(name, made, settings) for name, settings in (
                ("default", []),
                ("`poisson_epsilon=1`", ["poisson_epsilon=1"]),
                ("`noise_model=gaussian`", ["noise_model=gaussian"]),
                ("always counts", ["start.counts_misfit=1e9"]),
                ("always counts, epsilon 1", ["start.counts_misfit=1e9", "poisson_epsilon=1"]),
                ("background", ["background.optimizable=true"]),
                ("background, epsilon 1", ["background.optimizable=true", "poisson_epsilon=1"]))]
            bench.table(f"read noise {rms:.0f} photon rms, dose {dose:.0e}", cases, ML)


def masks(bench):
    scan = bench.parity()
    cases = []
    for word, mask in (("module", scans.without_module), ("disc", scans.without_disc)):
        for share in (0.02, 0.05, 0.1, 0.2):
            valid = mask(scan["diffraction"].shape[-1], share)
            lost = 1 - (scan["diffraction"] ** 2 * valid).sum() / (scan["diffraction"] ** 2).sum()
            cases.append(("%s, %.0f %% of the pixels, %.0f %% of the photons" % (word, 100 * share, 100 * lost),
                          scans.masked(scan, valid), []))
    bench.table("mask, n64_1e5", cases)


def mutual_intensity(modes, truth):
    """Of two mixtures: sum over |<P_i, T_j>|^2 over the norms of both."""
    modes, truth = (field.reshape(len(field), -1) for field in (modes, truth))
    overlap = lambda a, b: (abs(a.conj() @ b.T) ** 2).sum()
    return overlap(modes, truth) / np.sqrt(overlap(modes, modes) * overlap(truth, truth))


def without_ambiguity(modes, compared):
    """The shift and the ramp that `plica compare` took out of the object, taken out of the probe."""
    removed, area = compared["removed"], compared["area"]
    n = modes.shape[-1]
    k, r = np.fft.fftfreq(n), np.arange(n) - n // 2
    height, width = area["row1"] - area["row0"], area["col1"] - area["col0"]
    y, x = removed["shift"]["y_px"], removed["shift"]["x_px"]
    ramp_y, ramp_x = removed["ramp"]["y_cycles"] / height, removed["ramp"]["x_cycles"] / width
    modes = modes * np.exp(2j * np.pi * (r[:, None] * ramp_y + r * ramp_x))
    return np.fft.ifft2(np.fft.fft2(modes) * np.exp(2j * np.pi * (k[:, None] * y + k * x)))


def modes(bench):
    """Two modes and a background: what is found of them."""
    scan = scans.load(bench.data / "gold_balls_two_modes.npz")
    truth, away = scan["probeGuess"], scans.defocused(scan["probeGuess"], 1.5)
    found = ["background.optimizable=true"]
    rows = []
    for name, guess, algorithm, settings in (
        ("the file's modes", truth, "ML", found),
        ("the file's modes", truth, "LSQML", found),
        ("both out of focus", away, "ML", found),
        ("first alone, out of focus, `probe.modes=2`", away[:1], "ML", [*found, "probe.modes=2"]),
        ("the file's, `probe.modes=1`, no background", truth, "ML", ["probe.modes=1"]),
    ):
        words = []

        def look(product, _, compared):
            with np.load(product) as data:
                beam = data["reconstructed_probe"]
                if beam.ndim == 3:
                    powers = (abs(beam) ** 2).sum((1, 2))
                    error = data["reconstructed_background"] - scan["background"]
                    words.extend([
                        "%.4f" % mutual_intensity(without_ambiguity(beam, compared), truth),
                        ", ".join(runs.figure(share) for share in powers / powers.sum()),
                        runs.figure(np.linalg.norm(error) / np.linalg.norm(scan["background"]))])

        nrmse, misfit = bench.score(
            scans.having(scan, probeGuess=guess), ("", algorithm, 30, []), settings, look=look)
        rows.append([name, algorithm, runs.figure(misfit, 5), *(words or ["–"] * 3), runs.figure(nrmse)])
    runs.print_table(["start", "engine", "E_F", "mutual intensity", "shares", "background", "NRMSE"], rows)


REFINED = [("ML, 20", "ML", 20, []), ("LSQML, 20", "LSQML", 20, []), ("rPIE, 20", "rPIE", 20, [])]


def refinement(bench):
    """Intensities of single positions; positions, with what is left of their errors."""
    scan = bench.parity()
    made = scans.flickering(scan, DOSE, 0.19)
    bench.table("intensities vary by 19 %", [
        ("not estimated", made, []),
        ("estimated", made, ["opr_mode_weights.optimize_intensity_variation=true"])], REFINED)
    rows = []
    for name, rms, epochs in (("n64_1e5", 0.3, 30), ("n64_1e5", 0.3, 40), ("n64_1e5", 0.3, 60),
                              ("n64_1e5", 1.0, 30), ("n64_1e5", 1.0, 60), ("n64_1e4", 0.3, 30), ("n64_1e3", 0.3, 30)):
        scan = bench.parity(name)
        wrong = scans.wrong_positions(scan, rms)
        left = []

        def look(product, *_):
            with np.load(product) as data:
                for axis in ("ycoords", "xcoords"):
                    left.append(np.std(data[axis] - scan[axis]))

        nrmse = bench.cell(wrong, ENGINES[0], ["positions.optimizable=true"], epochs=epochs, look=look)
        rows.append([name, "%.1f px" % rms, str(epochs), nrmse, ", ".join(map(runs.figure, left))])
    runs.print_table(["scan", "positions wrong by", "epochs of ML", "NRMSE", "left, rms on y, x in px"], rows)


GROUPS = {function.__name__: function for function in (
    positions, probes, raster, overlap, objects, models, read_noise, masks, modes, refinement)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plica", default="build/plica", help="the program")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with parity/")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    return parser.parse_args()


def main():
    args = parse()
    with tempfile.TemporaryDirectory() as folder:
        for group in args.only:
            GROUPS[group](Bench(args, folder))


if __name__ == "__main__":
    main()
