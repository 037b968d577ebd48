# SPDX-License-Identifier: BSD-3-Clause
"""plica overlap, judged by brute force in numpy: every pair of positions, no tree."""
import json
import os
import subprocess
import time

import numpy as np
import pytest

COUNT = 220
DIAMETER = 30.0


@pytest.fixture(scope="module")
def positions():
    """Jittered, with a few that coincide: (y, x)."""
    rng = np.random.default_rng(5)
    points = rng.uniform(40, 200, (COUNT, 2))
    points[50], points[51], points[120] = points[7], points[7], points[8]
    return points


def save_scan(path, points, n=16, amplitude=3.0, **more):
    radius = np.hypot(*(np.mgrid[0:n, 0:n] - n / 2))
    np.savez(
        path,
        diffraction=np.full((len(points), n, n), amplitude, np.float32),
        probeGuess=(radius < n / 4).astype(np.complex64),
        objectGuess=np.ones((256, 256), np.complex64),
        ycoords=points[:, 0],
        xcoords=points[:, 1],
        **more,
    )
    return path


@pytest.fixture(scope="module")
def scan(positions, tmp_path_factory):
    return save_scan(tmp_path_factory.mktemp("overlap") / "scan.npz", positions)


@pytest.fixture
def overlap(plica):
    def run(*args):
        return json.loads(plica("overlap", *args, "--json").stdout)

    return run


def distances(points):
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def shared_area(d):
    r = DIAMETER / 2
    d = np.minimum(d, DIAMETER)
    lens = 2 * r**2 * np.arccos(d / (2 * r)) - d / 2 * np.sqrt(4 * r**2 - d**2)
    return lens / (np.pi * r**2)


def nearest(points, k):
    """Indices of the k nearest others of each; ties to the lower index."""
    d = distances(points)
    np.fill_diagonal(d, np.inf)
    return np.argsort(d, axis=1, kind="stable")[:, :k]


def centres_of(points, groups):
    return points[groups].mean(axis=1)


def metric_1(points, groups, k):
    total = []
    for group in groups:
        d = distances(points[group])
        for i in range(len(group)):
            total.append(shared_area(np.sort(np.delete(d[i], i))[:k]).mean())
    return np.mean(total)


def metric_2(points, k):
    points = np.unique(points, axis=0)
    d = np.sort(distances(points) + np.diag(np.full(len(points), np.inf)), axis=1)
    return shared_area(d[:, :k]).mean()


def metric_3(centres):
    d = distances(centres)
    np.fill_diagonal(d, np.inf)
    return np.mean([shared_area(row[row < DIAMETER]).mean() if (row < DIAMETER).any() else 0
                    for row in d])


@pytest.mark.parametrize(("gridsize", "k"), [(1, 6), (2, 6), (2, 4), (3, 12)])
def test_metrics_are_brute_force(overlap, positions, scan, tmp_path, gridsize, k):
    path = tmp_path / "groups.npz"
    found = overlap(scan, "-g", gridsize, "-k", k, "--probe-diameter", DIAMETER, "--groups", path)
    saved = np.load(path)
    seeds = np.arange(COUNT)[:, None]
    groups = np.hstack([seeds, nearest(positions, gridsize**2 - 1)])
    assert np.array_equal(saved["groups"], groups)
    centres = centres_of(positions, groups)
    assert np.allclose(saved["centres"], centres, rtol=0, atol=1e-9)
    if gridsize == 1:
        assert "metric_1_group_based_avg" not in found
    else:
        expected = metric_1(positions, groups, k)
        assert found["metric_1_group_based_avg"] == pytest.approx(expected, abs=1e-12)
    assert found["metric_2_image_based_avg"] == pytest.approx(metric_2(positions, k), abs=1e-12)
    assert found["metric_3_group_to_group_avg"] == pytest.approx(metric_3(centres), abs=1e-12)
    unique = np.unique(positions, axis=0)
    spacing = np.sort(distances(unique), axis=1)[:, 1:5].mean(axis=1)
    assert found["linear_overlap"] == pytest.approx(1 - np.median(spacing) / DIAMETER, abs=1e-12)
    assert found["area_overlap"] == pytest.approx(shared_area(np.median(spacing)), abs=1e-12)
    assert (found["n_images_total"], found["n_unique_images"]) == (COUNT, COUNT - 3)
    assert found["metrics_version"] == "1.0" and found["n_groups_actual"] == COUNT


def test_many_groups_choose_c_of_k(overlap, positions, scan, tmp_path):
    """With repeated seeds: C - 1 seeded ones of the K nearest, the same every time."""
    path = tmp_path / "groups.npz"
    args = (scan, "-g", 2, "-k", 7, "--n-groups", 600, "--groups", path)
    found = overlap(*args)
    groups = np.load(path)["groups"]
    assert groups.shape == (600, 4) and found["n_groups_actual"] == 600
    choices = nearest(positions, 7)
    for group in groups:
        assert set(group[1:]) <= set(choices[group[0]]) and len(set(group)) == 4
    assert any(set(g[1:]) != set(choices[g[0]][:3]) for g in groups)
    assert len(np.unique(groups[:, 0])) > COUNT / 2
    assert overlap(*args) == found and np.array_equal(np.load(path)["groups"], groups)
    overlap(*args, "--seed", 9)
    assert not np.array_equal(np.load(path)["groups"], groups)
    overlap(*args[:-4], "--n-groups", 50, "--groups", path)  # fewer: no seed twice
    groups = np.load(path)["groups"]
    assert len(np.unique(groups[:, 0])) == 50
    assert all(set(g[1:]) == set(choices[g[0]][:3]) for g in groups)


@pytest.mark.parametrize("gridsize", [1, 2])
def test_a_view_keeps_its_distance(overlap, positions, scan, tmp_path, gridsize):
    out = tmp_path / "view.npz"
    found = overlap(scan, "-g", gridsize, "--spacing", 25, "--view", "sparse", "-o", out,
                    "--metrics", tmp_path / "m.json")
    view = np.load(out)
    metadata = json.loads(str(view["_metadata"]))
    groups = np.hstack([np.arange(COUNT)[:, None], nearest(positions, gridsize**2 - 1)])
    centres = centres_of(positions, groups)
    kept = {tuple(p) for p in np.stack([view["ycoords"], view["xcoords"]], axis=1)}
    places = [tuple(p) for p in positions]
    inside = [all(places[i] in kept for i in group) for group in groups]
    # every candidate is kept or too near to one that is: the greedy choice is a maximal one
    assert found["selection_strategy"] == "greedy"
    assert found["n_accepted"] + found["n_rejected"] == COUNT
    assert found["n_accepted"] <= sum(inside)
    near = distances(centres) < 25 * (1 - 1e-9)
    assert near[:, inside].any(axis=1).all()
    if gridsize == 1:  # the kept groups are the view's positions
        among = distances(np.array(sorted(kept)))
        assert among[np.triu_indices(len(kept), 1)].min() >= 25 * (1 - 1e-9)
        assert len(view["ycoords"]) == found["n_accepted"]
    for key in ("selection_strategy", "spacing_threshold", "n_accepted", "n_rejected",
                "acceptance_rate", "neighbor_count"):
        assert key in metadata
    assert metadata["overlap_view"] == "sparse" and metadata["source_file"] == "scan.npz"
    assert metadata["neighbor_count"] == 7
    metrics = json.loads((tmp_path / "m.json").read_text())
    assert metrics["metric_2_image_based_avg"] == found["metric_2_image_based_avg"]
    again = overlap(scan, "-g", gridsize, "--spacing", 25)
    assert again["n_accepted"] == found["n_accepted"]


def test_a_wide_scan_is_taken_directly(overlap, tmp_path):
    y, x = (a.ravel() for a in np.meshgrid(*2 * [np.arange(20.0, 200, 20)]))
    wide = save_scan(tmp_path / "wide.npz", np.stack([y, x], axis=1))
    found = overlap(wide, "--spacing", 20)
    assert found["selection_strategy"] == "direct" and found["acceptance_rate"] == 1


def test_selection_by_fraction(overlap, scan, tmp_path):
    out = tmp_path / "part.npz"
    found = overlap(scan, "--s-img", 0.25, "-o", out)
    part = np.load(out)
    metadata = json.loads(str(part["_metadata"]))
    assert part["ycoords"].size == found["n_images_subsampled"] == COUNT / 4
    assert metadata["s_img"] == 0.25 and metadata["rng_seed_subsample"] == 456
    assert overlap(out)["metric_2_image_based_avg"] == found["metric_2_image_based_avg"]
    assert overlap(scan, "--s-img", 0.25, "--seed", 1) != found


def test_dose_is_measured_and_compared_with_its_label(overlap, positions, tmp_path):
    scan = save_scan(tmp_path / "s.npz", positions, _metadata=json.dumps({"dose": 4608}))
    found = overlap(scan)
    assert found["photons_per_frame"] == pytest.approx(9 * 256)
    assert found["dose_label"] == 4608 and found["dose_ratio"] == pytest.approx(0.5)
    box = np.prod(np.ptp(positions, axis=0) + found["probe_diameter_px"])
    assert found["photons_per_object_pixel"] == pytest.approx(9 * 256 * COUNT / box)


def test_a_design_is_stage_d(plica, overlap, tmp_path):
    design = tmp_path / "d.yaml"
    design.write_text(
        "name: small\ndoses: [1e4]\npatch_size_pixels: 32\nneighbor_count: 7\n"
        "views: [{name: baseline}, {name: dense, overlap: 0.7}]\nsplits: [train, test]\n"
        "data: {specimen: cells, count: 400, step_px: 4}\n"
    )
    splits = overlap(design)["splits"]
    assert list(splits) == ["dose_10000/dense/train", "dose_10000/dense/test"]
    root = next(tmp_path.rglob("train_metrics.json")).parents[2]
    for name, metrics in splits.items():
        folder, split = name.rsplit("/", 1)
        assert json.loads((root / folder / f"{split}_metrics.json").read_text()) == metrics
        view = np.load(root / folder / f"dense_{split}.npz")
        assert view["ycoords"].size == metrics["n_images_total"]
        assert metrics["dose_ratio"] == pytest.approx(1, abs=0.2)  # a half is not the mean
    text = plica("overlap", design).stdout.splitlines()
    assert len(text) == 3 and text[1].split()[:3] == ["10000", "dense", "train"]


def test_a_million_positions(program, tmp_path):
    """Under 5 s of one core, and memory that grows with the number alone."""
    rng = np.random.default_rng(1)
    points = rng.uniform(50, 950, (10**6, 2))
    np.savez(tmp_path / "m.npz", diffraction=np.ones((10**6, 2, 2), np.uint8),
             probeGuess=np.ones((2, 2), np.complex64), objectGuess=np.ones((8, 8), np.complex64),
             ycoords=points[:, 0], xcoords=points[:, 1])
    with open(tmp_path / "said", "wb") as said:
        child = subprocess.Popen(
            [program, "overlap", tmp_path / "m.npz", "-g", "2", "--spacing", "3", "--json",
             "--probe-diameter", "2"],
            stdout=said, env={"OMP_NUM_THREADS": "1"},
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    assert status == 0
    assert json.loads((tmp_path / "said").read_text())["n_accepted"] > 10**4
    assert usage.ru_utime < 5.0
    assert usage.ru_maxrss < 600 * 1024  # kB; a byte a pair would be 10^9 of them


def test_what_is_refused(plica, scan, tmp_path):
    for words, part in (
        (("-g", "9"), "'--gridsize' is 9"),
        (("--spacing", "3", "--overlap", "0.5"), "exclude each other"),
        (("--overlap", "1"), "'--overlap' is 1"),
        (("-o", tmp_path / "x.npz"), "has nothing to write"),
        (("--s-img", "0.5", "--groups", tmp_path / "g.npz"), "'--groups' needs all images"),
        (("--seed", "-1"), "negative"),
    ):
        done = plica("overlap", scan, *words, check=False)
        assert done.returncode == 2 and part in done.stderr, words
    for words, part in (
        (("--spacing", "500"), f"cannot measure '{scan}': the view is geometrically impossible"),
        (("--s-img", "0"), f"cannot measure '{scan}': the fraction of images is 0"),
        (("-g", "2", "-k", "3"), "K is 3, expected 4"),
        (("--probe-diameter", "0"), "the probe diameter is 0"),
        (("--metrics", tmp_path / "no" / "m.json"), "m.json"),
    ):
        done = plica("overlap", scan, *words, check=False)
        assert done.returncode == 1 and part in done.stderr, words
        assert done.stdout == ""
