# SPDX-License-Identifier: BSD-3-Clause
"""One cluster for all tests; it needs root and Debian's slurm-wlm and munge (./dev test slurm)."""
import os
import pathlib
import sys

import pytest
from cluster import Cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))  # for what all tests share


@pytest.fixture(scope="session")
def program():
    path = pathlib.Path(os.environ.get("PLICA", ROOT / "build" / "plica")).resolve()
    assert path.is_file(), f"{path} is not built: ./dev build"
    return path


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    # so small that a study of six jobs needs two arrays
    one = Cluster(tmp_path_factory.mktemp("slurm"), largest_array=4)
    try:
        one.start_all()
        yield one
    finally:
        one.stop_all()
