#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Plica and pty-chi side by side: the same file, settings, threads and machine.

    ./dev bench peers [FILE...]        (makes pty-chi's environment first, then runs this)

For each data set with a known truth:

* epoch time of LSQML (batch 96, Gaussian, sub-pixel positions, flat object): pty-chi as installed
  and with malloc tuned to keep its memory, each epoch timed by its driver; Plica by `plica bench`;
* peak memory of the two processes;
* total time to pty-chi's own quality: how long pty-chi takes for its epochs, as a process from
  start to end, and how long Plica's default engine takes to be as good or better, likewise. The
  number of passes that this needs is found first; then that command is timed.

Quality is complex NRMSE against the truth, by the ruler shared/tools/quality.py, which is no part
of either. Fast algorithms are allowed to pty-chi whose bits differ from run to run. Run it on an
idle machine: with torch on all cores any other process multiplies pty-chi's time. Where that is
not to be had, the ratios of processor time with --threads 1 say most.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVER = ROOT / "scripts" / "reconstruction" / "ptychi_reconstruct_tike.py"
SHARED = pathlib.Path(os.environ.get("PLICA_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data" / "parity"
MALLOC = {
    "MALLOC_TRIM_THRESHOLD_": "4000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TOP_PAD_": "500000000",
}
EPOCH_GOAL, QUALITY_GOAL = 20, 150


def default_python():
    data = os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share"
    made = pathlib.Path(data) / "plica" / "ptychi" / "bin" / "python3"
    return os.environ.get("PLICA_PTYCHI_PYTHON") or str(made)


def run(command, **environment):
    """Runs a command to its end: what it took, from start to end."""
    start = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output}")
    return {
        "total_s": seconds,
        "total_cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


def quality(result, data):
    done = subprocess.run(
        [sys.executable, SHARED / "tools" / "quality.py", result, data],
        check=True, capture_output=True, text=True,
    )
    return json.loads(done.stdout)["nrmse"]


def run_ptychi(args, data, folder, epochs, **environment):
    """LSQML by the driver of the backend ptychi."""
    taken = run(
        [args.python, DRIVER, "--input-npz", data, "--output-dir", folder, "--num-epochs", epochs,
         "--threads", args.threads, "--device", "cpu", "--nondeterministic"],
        OMP_NUM_THREADS=str(args.threads), **environment,
    )
    result = folder / "ptychi_reconstruction.npz"
    made = np.load(result)
    each = made["epoch_seconds"][1:]  # the first one warms up
    return {
        **taken,
        "epochs": epochs,
        "best_epoch_s": float(each.min()),
        "mean_epoch_s": float(each.mean()),
        "best_epoch_cpu_s": float(made["epoch_cpu_seconds"][1:].min()),
        "nrmse": quality(result, data),
        "versions": json.loads(str(made["versions"])),
    }


def measure_epoch(args, data):
    """Plica's LSQML on the file, by plica bench."""
    done = subprocess.run(
        [args.plica, "bench", data, "--algorithm", "LSQML", "--threads", str(args.threads),
         "--seconds", "3", "--json"],
        check=True, capture_output=True, text=True,
    )
    (case,) = json.loads(done.stdout)["cases"]
    (epoch,) = (entry for entry in case["runs"] if entry["threads"] == args.threads)
    return {
        "best_epoch_s": epoch["best_s"],
        "mean_epoch_s": epoch["mean_s"],
        "best_epoch_cpu_s": epoch["best_cpu_s"],
        "kernels": case["kernels"],
    }


def reconstruct(args, data, folder, algorithm, epochs):
    return run(
        [args.plica, "reconstruct", "--input-npz", data, "--output-dir", folder, "--algorithm",
         algorithm, "--num-epochs", epochs, "--threads", args.threads, "--progress", "none"]
    )


def run_lsqml(args, data, folder, epochs):
    """Plica's LSQML with pty-chi's settings, which are its defaults."""
    return {
        **measure_epoch(args, data),
        **reconstruct(args, data, folder, "LSQML", epochs),
        "epochs": epochs,
        "nrmse": quality(folder / "reconstruction.npz", data),
    }


def reach(args, data, folder, goal):
    """The fewest passes of Plica's default engine that are as good as `goal`, and their time."""
    for epochs in range(2, 61):
        reconstruct(args, data, folder, "ML", epochs)
        nrmse = quality(folder / "reconstruction.npz", data)
        if nrmse <= goal:
            runs = [reconstruct(args, data, folder, "ML", epochs) for _ in range(args.repeats)]
            best = {key: min(each[key] for each in runs) for key in runs[0]}
            return {**best, "epochs": epochs, "nrmse": nrmse}
    return None


def compare(args, data, folder):
    plain = run_ptychi(args, data, folder, args.plain_epochs)
    tuned = run_ptychi(args, data, folder, args.epochs, **MALLOC)
    ours = run_lsqml(args, data, folder, args.epochs)
    reached = reach(args, data, folder, tuned["nrmse"])
    ratios = {
        name: min(plain[key], tuned[key]) / ours[key]
        for name, key in [("best_epoch", "best_epoch_s"), ("mean_epoch", "mean_epoch_s"),
                          ("best_epoch_cpu", "best_epoch_cpu_s"), ("peak_memory", "peak_bytes")]
    }
    if reached:
        ratios["time_to_quality"] = tuned["total_s"] / reached["total_s"]
        ratios["cpu_to_quality"] = tuned["total_cpu_s"] / reached["total_cpu_s"]
    return {
        "data": str(data),
        "ptychi_plain": plain,
        "ptychi_tuned": tuned,
        "plica_lsqml": ours,
        "plica_ml_as_good": reached,
        "ratios": ratios,
    }


def print_row(name, row):
    times = [row.get("best_epoch_s"), row.get("mean_epoch_s"), row.get("best_epoch_cpu_s")]
    epoch = " ".join(f"{'-' if value is None else f'{1e3 * value:.1f}':>9}" for value in times)
    print(
        f"  {name:28} {epoch} {row['epochs']:7} {row['total_s']:9.3f}"
        f" {row['total_cpu_s']:9.3f}"
        f" {row['peak_bytes'] / 1e6:9.1f} {row['nrmse']:8.4f}"
    )


def print_comparison(result):
    print(f"\n{result['data']}")
    print(f"  {'':28} {'best, ms':>9} {'mean, ms':>9} {'CPU, ms':>9} {'epochs':>7} {'total, s':>9}"
          f" {'CPU, s':>9}"
          f" {'peak, MB':>9} {'NRMSE':>8}")
    print_row("pty-chi LSQML, as installed", result["ptychi_plain"])
    print_row("pty-chi LSQML, malloc tuned", result["ptychi_tuned"])
    print_row(f"plica LSQML ({result['plica_lsqml']['kernels']})", result["plica_lsqml"])
    reached, ratios = result["plica_ml_as_good"], result["ratios"]
    if reached:
        print_row("plica ML, as good", reached)
    print(f"  epoch: {ratios['best_epoch']:.1f} x faster than pty-chi's best (goal {EPOCH_GOAL});"
          f" mean {ratios['mean_epoch']:.1f} x; processor time {ratios['best_epoch_cpu']:.1f} x")
    if reached:
        print(f"  pty-chi's {result['ptychi_tuned']['epochs']}-epoch quality:"
              f" {ratios['time_to_quality']:.0f} x less time, start to end (goal {QUALITY_GOAL});"
              f" processor time {ratios['cpu_to_quality']:.0f} x")
    else:
        print("  pty-chi's quality: not reached in 60 passes")
    print(f"  peak memory: {ratios['peak_memory']:.1f} x less", flush=True)


def parse(argv):
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("data", nargs="*", type=pathlib.Path, metavar="FILE",
        help="data sets with a truth (the parity sets of 64^2 and 128^2 at 1e5 photons)")
    add("--threads", type=int, default=os.cpu_count(), help="of both (all cores)")
    add("--epochs", type=int, default=100, help="of pty-chi, whose quality is the goal (100)")
    add("--plain-epochs", type=int, default=15, help="of pty-chi without malloc tuning (15)")
    add("--repeats", type=int, default=5, help="of the run that is as good; the best counts (5)")
    add("--plica", default=str(ROOT / "build" / "plica"), help="the program")
    add("--python", default=default_python(), help="interpreter that has pty-chi")
    add("--json", type=pathlib.Path, metavar="FILE", help="write all figures there")
    args = parser.parse_args(argv)
    args.data = args.data or [DATA / "n64_1e5.npz", DATA / "n128_1e5.npz"]
    for path in (*args.data, pathlib.Path(args.plica), pathlib.Path(args.python)):
        if not path.exists():
            parser.error(f"{path} is missing")
    return args


def main(argv=None):
    args = parse(argv)
    load = os.getloadavg()
    print(f"{args.threads} threads; load average {load[0]:.2f} {load[1]:.2f} {load[2]:.2f}")
    if load[0] > 0.5:
        print("warning: the machine is not idle: pty-chi's times will be too long")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for data in args.data:
            results.append(compare(args, data, pathlib.Path(folder)))
            print_comparison(results[-1])
    print("\nversions:", results[0]["ptychi_tuned"]["versions"])
    if args.json:
        record = {"threads": args.threads, "load_average": load, "results": results}
        args.json.write_text(json.dumps(record, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
