# SPDX-License-Identifier: BSD-3-Clause
"""What the measuring scripts share: to run the program and to read what it says."""
import json
import pathlib
import subprocess
import tempfile


def run(*words):
    """Runs a command that answers in JSON: what it said, or None when it failed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def reconstruct(program, data, out, algorithm, epochs, settings=(), seed=0):
    """Reconstructs into the folder `out`; the answer gains `file`, the product."""
    options = [word for item in settings for word in ("--set", item)]
    return run(program, "reconstruct", "-i", data, "-o", out, "-a", algorithm, "-n", epochs, "-t", 1,
               "--seed", seed, "--progress=none", "--json", *options)


def score(program, data, algorithm, epochs, settings=(), seed=0, look=None):
    """E_F of a run and, where the truth is known, its complex NRMSE: (nrmse or None, E_F), both None
    when the run failed. `look(product, aligned, compared)` sees both files while they are there, and what
    `plica compare` said, where it said anything."""
    with tempfile.TemporaryDirectory() as out:
        done = reconstruct(program, data, out, algorithm, epochs, settings, seed)
        if done is None:
            return None, None
        aligned = pathlib.Path(out) / "aligned.npz"
        compared = run(program, "compare", done["file"], "-r", data, "--json", f"--aligned={aligned}")
        if look is not None and compared is not None:
            look(done["file"], aligned, compared)
        nrmse = compared["metrics"]["nrmse"]["value"] if compared else None
        return nrmse, done["fourier_error"]


def print_table(head, rows):
    """A Markdown table: `rows` are lists of words as long as `head`."""
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


def figure(value, digits=3):
    """.0312 for 0.0312: as doc/numerics.md writes figures; a dash for None."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text
