# SPDX-License-Identifier: BSD-3-Clause
"""The folder that a study leaves, made up in a second: for tests of the report."""
import json

import numpy as np

DOSES = (1000, 10000, 100000)
PLACES = (
    ("baseline", "train"),
    ("baseline", "test"),
    ("baseline", "full"),
    ("dense", "train"),
    ("dense", "test"),
    ("sparse", "train"),
    ("sparse", "test"),
)
# What a job's place does to its error.
HARDNESS = {"baseline": 1.0, "dense": 1.3, "sparse": 2.6}
PATTERN_PX = 16
OBJECT_PX = 144
# Whatever a file says is text, never markup.
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&"


def specimen(random):
    """Overlapping round cells: smooth, with amplitude and phase."""
    y, x = np.mgrid[0:OBJECT_PX, 0:OBJECT_PX]
    thickness = np.zeros((OBJECT_PX, OBJECT_PX))
    for _ in range(40):
        cy, cx = random.uniform(0, OBJECT_PX, 2)
        radius = random.uniform(5, 16)
        thickness += np.clip(1 - ((y - cy) ** 2 + (x - cx) ** 2) / radius**2, 0, None) ** 0.5
    thickness /= thickness.max()
    return ((1 - 0.35 * thickness) * np.exp(1.4j * thickness)).astype(np.complex64)


def probe():
    """A disc with a curved phase."""
    y, x = np.mgrid[0:PATTERN_PX, 0:PATTERN_PX] - PATTERN_PX / 2
    radius = np.hypot(y, x)
    return (np.exp(-((radius / 4) ** 4)) * np.exp(0.05j * radius**2)).astype(np.complex64)


def positions(split):
    """A raster over the whole object, or over one half of it."""
    steps = np.arange(PATTERN_PX, OBJECT_PX - PATTERN_PX, 6.0)
    y, x = (a.ravel() for a in np.meshgrid(steps, steps, indexing="ij"))
    half = {"train": y < OBJECT_PX / 2, "test": y >= OBJECT_PX / 2, "full": y > 0}[split]
    return y[half], x[half]


def save_input(path, truth, dose, place, random):
    """The data set of a job, with patterns of the right mean count and nothing else to them."""
    view, split = place
    y, x = positions(split)
    counts = random.poisson(dose / PATTERN_PX**2, (y.size, PATTERN_PX, PATTERN_PX))
    metadata = {
        "overlap_view": view,
        "selection_strategy": "greedy",
        "acceptance_rate": 0.71,
        "linear_overlap": {"baseline": 0.75, "dense": 0.6, "sparse": 0.3}[view],
        "pixel_size_m": 1.1e-8,
        "note": HOSTILE,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        diffraction=np.sqrt(counts).astype(np.float32),
        probeGuess=probe(),
        objectGuess=truth,
        ycoords=y,
        xcoords=x,
        _metadata=json.dumps(metadata),
    )


def save_result(folder, truth, dose, place, random):
    """The truth with noise, a factor, a ramp: what a reconstruction looks like."""
    sigma = 0.012 * HARDNESS[place[0]] * (100000 / dose) ** 0.4
    noise = random.normal(0, sigma, (2, *truth.shape))
    ramp = np.linspace(-0.4, 0.4, truth.shape[1])[None]
    y, x = positions(place[1])
    loss = 0.02 * np.exp(-np.arange(60) / 9) + 0.25 + 0.1 * sigma
    np.savez(
        folder / "reconstruction.npz",
        reconstructed_object=((truth + noise[0] + 1j * noise[1]) * 1.1 * np.exp(1j * ramp)).astype(
            np.complex64
        ),
        object_origin=np.zeros(2),
        reconstructed_probe=probe()[None].repeat(2, 0),
        ycoords=y,
        xcoords=x,
        loss=loss,
        fourier_error=np.float64(0.01 + sigma / 10),
        algorithm="LSQML",
    )


def make_job(root, dose, place, truth, random):
    """One finished job: data set, result, log, record. Gives the manifest's entry."""
    view, split = place
    data = root / "data" / f"dose_{dose}" / view / f"{view}_{split}.npz"
    folder = root / "artifacts" / f"dose_{dose}" / view / split
    folder.mkdir(parents=True)
    save_input(data, truth, dose, place, random)
    save_result(folder, truth, dose, place, random)
    (folder / "native.log").write_text(f"epoch 1\repoch 2\repoch 60\n{HOSTILE}\ndone\n")
    command = ["plica", "reconstruct", "--input-npz", str(data), "--set", "note=it's <b>"]
    record = {
        "schema": 1,
        "dose": dose,
        "view": view,
        "split": split,
        "status": "done",
        "returncode": 0,
        "started": "2026-11-24T15:04:00Z",
        "seconds": 7.5 * HARDNESS[view] + dose / 1e5,
        "attempts": 1,
        "log_path": str(folder / "native.log"),
        "command": command,
        "program_version": "0.1.0",
        "peak_memory_bytes": 182_000_000,
    }
    (folder / "job.json").write_text(json.dumps(record))
    return {
        "dose": dose,
        "view": view,
        "split": split,
        "gridsize": 1 if view == "baseline" else 2,
        "input_npz": str(data),
        "output_dir": str(folder),
        "algorithm": "LSQML",
        "num_epochs": 60,
        "backend": "native",
        "command": command,
    }


def set_status(entry, status, returncode, result=False):
    """Makes a finished job one that ended otherwise."""
    import pathlib

    folder = pathlib.Path(entry["output_dir"])
    record = json.loads((folder / "job.json").read_text())
    record.update(status=status, returncode=returncode)
    (folder / "job.json").write_text(json.dumps(record))
    if not result:
        (folder / "reconstruction.npz").unlink()


def write_manifest(root, jobs, skipped=()):
    """Manifest and skip summary of the given jobs."""
    artifacts = root / "artifacts"
    results = [{k: job[k] for k in ("dose", "view", "split")} for job in jobs]
    manifest = {
        "schema_version": 1,
        "timestamp": "2026-11-24T15:20:00Z",
        "study": "fly64-dose-overlap",
        "artifact_root": str(artifacts),
        "total_jobs": len(jobs) + len(skipped),
        "filtered_jobs": len(jobs),
        "jobs": jobs,
        "missing_jobs": [],
        "execution_results": results,
    }
    summary = {"schema_version": 1, "skipped_count": len(skipped), "skipped_jobs": list(skipped)}
    (artifacts / "reconstruction_manifest.json").write_text(json.dumps(manifest))
    (artifacts / "skip_summary.json").write_text(json.dumps(summary))
    return artifacts


def make_study(root):
    """The 21 jobs of the reference study under `root`, all done; gives their entries."""
    random = np.random.default_rng(7)
    truth = specimen(random)
    return [make_job(root, dose, place, truth, random) for dose in DOSES for place in PLACES]
