#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measure the quality of reconstructions whose truth is known: complex NRMSE, data set by epochs.

    bench/quality.py --plica build/plica --data ../shared/data --epochs 10 30 [--set denoise=auto ...]

Runs `plica reconstruct` with its defaults on every data set of DATA/parity and on the Siemens star
(E_F there), measures with `plica compare`, prints a Markdown table, or JSON with --json.
"""
import argparse
import json
import pathlib

import runs


def measure(args, data, epochs):
    nrmse, misfit = runs.score(args.plica, data, args.algorithm, epochs, args.set, args.seed)
    return nrmse if "parity" in data.parts else misfit


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plica", default="build/plica", help="the program")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with parity/ and siemens_star.npz")
    parser.add_argument("--epochs", type=int, nargs="+", default=[10, 30])
    parser.add_argument("--algorithm", default="ML")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    args = parse()
    files = sorted((args.data / "parity").glob("*.npz")) + [args.data / "siemens_star.npz"]
    table = {file.stem: {epochs: measure(args, file, epochs) for epochs in args.epochs} for file in files}
    if args.json:
        print(json.dumps(table, indent=1))
        return
    print("| epochs | " + " | ".join(table) + " |")
    print("|---" * (len(table) + 1) + "|")
    for epochs in args.epochs:
        cells = ["–" if row[epochs] is None else "%.4f" % row[epochs] for row in table.values()]
        print("| %d | " % epochs + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
