#!/usr/bin/env python3
"""Draws every picture in this folder: `draw.py [samples] [formats] [hostile] [sums] [--only NAME …]`.

`--bench DIR` draws the 12-megapixel photo of the benchmarks into DIR instead. The same versions of
the packages in config/pip-packages.txt give the same pictures.
"""

import argparse
import multiprocessing
import pathlib
from functools import partial

from drawing import samples

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", help="samples, formats, hostile, sums; all when none is named"
    )
    parser.add_argument("--only", nargs="+", default=list(samples.SAMPLES), metavar="NAME")
    parser.add_argument("--jobs", type=int, default=2, help="samples drawn at once")
    parser.add_argument("--bench", type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    if options.bench:
        options.bench.mkdir(parents=True, exist_ok=True)
        return samples.benchmark(options.bench)
    parts = options.parts or ["samples", "formats", "hostile", "sums"]
    for part in parts:
        (HERE / part).mkdir(exist_ok=True)
    if "samples" in parts:
        with multiprocessing.Pool(options.jobs) as pool:
            for line in pool.imap(partial(samples.draw, folder=HERE / "samples"), options.only, 1):
                print(line, flush=True)
    if "formats" in parts:
        from drawing import formats

        formats.draw(HERE / "samples", HERE / "formats")
    if "hostile" in parts:
        from drawing import hostile

        hostile.draw(HERE / "formats", HERE / "hostile")
    if "sums" in parts:
        from drawing import sums

        sums.draw(HERE / "sums")


if __name__ == "__main__":
    main()
