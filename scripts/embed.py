#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes a C file that holds other files: embed.py OUTPUT HEADER NAME=PATH...

For each NAME the C file defines `const struct plica_asset plica_asset_NAME`; the files of a name
that comes several times follow each other, each on a new line.
"""
import pathlib
import sys

PER_LINE = 24


def array_of(name, data):
    """The definition of one asset."""
    lines = (data[i : i + PER_LINE] for i in range(0, len(data), PER_LINE))
    numbers = ",\n".join(",".join(map(str, line)) for line in lines)
    return (
        f"static const unsigned char {name}_bytes[] = {{\n{numbers}}};\n"
        f"const struct plica_asset plica_asset_{name} = {{{name}_bytes, sizeof({name}_bytes)}};\n"
    )


def main(argv):
    output, header, *assets = argv[1:]
    contents = {}
    for asset in assets:
        name, _, path = asset.partition("=")
        data = pathlib.Path(path).read_bytes()
        if b"</script" in data.lower() and not path.endswith(".html"):
            sys.exit(f"embed.py: {path} holds '</script', which would end its element")
        contents.setdefault(name, []).append(data)
    parts = [f'#include "{header}"\n']
    parts += [array_of(name, b"\n".join(files)) for name, files in contents.items()]
    pathlib.Path(output).write_text("\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
