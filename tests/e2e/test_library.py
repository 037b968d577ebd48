# SPDX-License-Identifier: BSD-3-Clause
"""The library as its users meet it: headers, pkg-config file, exported symbols, examples."""
import os
import re
import subprocess

import pytest

FLAGS = ["-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


@pytest.fixture(scope="module")
def installed(root, program, tmp_path_factory):
    """Where `meson install` put everything."""
    prefix = tmp_path_factory.mktemp("install")
    subprocess.run(
        ["meson", "install", "-C", program.parent, "--no-rebuild", "--quiet", "--destdir", prefix],
        check=True,
        capture_output=True,
    )
    return prefix


def only(folder, pattern):
    found = sorted(folder.rglob(pattern))
    assert found, f"no {pattern} in {folder}"
    return found[0]


def pkg_config(installed, *words):
    folder = only(installed, "plica.pc").parent
    environment = {
        **os.environ,
        "PKG_CONFIG_PATH": str(folder),
        "PKG_CONFIG_SYSROOT_DIR": str(installed),
    }
    done = subprocess.run(
        ["pkg-config", *words, "plica"], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_install_has_everything(installed):
    for pattern in ("bin/plica", "plica/error.h", "plica.pc", "libplica.so*", "plica.1"):
        only(installed, pattern)


def test_headers_compile_alone(installed):
    folder = only(installed, "error.h").parent
    for header in sorted(folder.glob("*.h")):
        source = f'#include "plica/{header.name}"\n'
        done = subprocess.run(
            ["cc", *FLAGS, "-fsyntax-only", "-I", folder.parent, "-x", "c", "-"],
            input=source,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{header.name}: {done.stderr}"


def test_only_public_symbols_are_exported(installed, root):
    library = only(installed, "libplica.so")
    table = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    ).stdout
    exported = set(re.findall(r" [A-Z] (\w+)", table))
    declared = set()
    for header in (root / "include" / "plica").glob("*.h"):
        for part in re.findall(r"PLICA_API[^;]+;", header.read_text()):
            declared |= set(re.findall(r"\b(plica_\w+)\(", part))
    assert exported == declared


def test_example_builds_and_runs(installed, root, plica, tmp_path):
    program = tmp_path / "example"
    flags = pkg_config(installed, "--cflags", "--libs")
    subprocess.run(
        ["cc", *FLAGS, root / "examples" / "reconstruct.c", "-o", program, *flags], check=True
    )
    plica("simulate", "--count", "60", "--pattern-px", "64", "--dose", "1e4", "--output",
          tmp_path / "scan.npz")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(only(installed, "libplica.so").parent)}
    done = subprocess.run(
        [program, tmp_path / "scan.npz", tmp_path / "out.npz"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "epoch 20" in done.stdout
    assert (tmp_path / "out.npz").stat().st_size > 0
