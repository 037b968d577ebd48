# SPDX-License-Identifier: BSD-3-Clause
"""Manifests of studies, for the end-to-end tests and those under Slurm."""


def strip_times(manifest):
    """The manifest without what differs from run to run."""
    for result in manifest["execution_results"]:
        for key in ("started", "seconds", "peak_memory_bytes"):
            del result[key]
    del manifest["timestamp"]
    return manifest
