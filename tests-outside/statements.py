"""Statements about the product, counted: one line for each that does not hold, and one at the end for all."""

import pathlib
import sys

NAME = pathlib.Path(sys.argv[0]).stem

counts = {True: 0, False: 0}


def check(what, holds, seen=""):
    """Counts one statement; says it if it does not hold."""
    counts[bool(holds)] += 1
    if not holds:
        print(f"{NAME}: NOT SO: {what}{f': {seen}' if seen != '' else ''}")


def ended():
    """Says how many held; the exit code."""
    print(f"{NAME}: {counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0
