"""Reads the same typed texts with the reference (vectors/code_format_reference.py) and with `postern code inspect`,
and compares what they say. Texts are random, made of codes mistyped in the ways that people do. The seed is printed;
a short run has always the same one, so that a failure belongs to the change that it is seen with.

python parser.py PATH_TO_POSTERN [--long] [--seed N]
"""

import argparse
import json
import os
import pathlib
import random
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vectors"))
import code_format_reference as reference

PREFIXES = ["PSTN", "ACME", "RC", "HEXES"]
TEXTS, TEXTS_LONG = 5_000, 50_000  # one process each
DASHES = ["-", "-", "-", " ", "", "_", ".", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\u00a0", "\u200b", "\t", "--"]
STRAY = list("?!.,;:/\\'\"()#*iloIOLuU0159xZ ") + ["\u00e9", "\u00df", "\u0131", "\u0663", "\u2126", "\uff21", "\u00ad", "\U0001f511"]
MARKERS = ["3. ", "12) ", "7: ", "003. ", "1.", "  4)\t", "Code: ", "- ", "\u0663. "]
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"


def canonical(rnd, profile, prefix):
    """A code of this format, with check symbols that fit."""
    if profile == "numeric":
        digits = f"{rnd.randint(1, 99):02d}" + "".join(rnd.choice("0123456789") for _ in range(20))
        return reference.encode_numeric(digits)
    data = [rnd.randrange(32) for _ in range(reference.LAYOUT[profile][0] - 2)]
    if profile == "compact":
        data[0] = rnd.randint(1, 31)
    return reference.encode(data, prefix, profile)


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def lookalikes(rnd, text):
    other = {"0": "Oo", "1": "IiLl"}
    return "".join(rnd.choice(other[c]) if c in other and rnd.random() < 0.5 else c for c in text)


def replaced(rnd, code, symbols):
    at = rnd.randrange(len(code))
    return code[:at] + rnd.choice(symbols) + code[at + 1:]


def swapped(rnd, code):
    at = rnd.randrange(len(code) - 1)
    return code[:at] + code[at + 1] + code[at] + code[at + 2:]


def dropped(rnd, code):
    at = rnd.randrange(len(code))
    return code[:at] + code[at + 1:]


def doubled(rnd, code):
    at = rnd.randrange(len(code))
    return code[:at] + code[at] + code[at:]


def mistyped(rnd, code, profile):
    """A code with nothing to three things wrong in its symbols."""
    symbols = "0123456789" if profile == "numeric" else reference.ALPHABET
    ways = [lambda c: replaced(rnd, c, symbols), lambda c: replaced(rnd, c, "?"), lambda c: replaced(rnd, c, STRAY),
            lambda c: swapped(rnd, c), lambda c: dropped(rnd, c), lambda c: doubled(rnd, c)]
    weights = [6, 5, 1, 3, 1, 1]
    for _ in range(rnd.choices([0, 1, 2, 3], [3, 5, 3, 1])[0]):
        code = rnd.choices(ways, weights)[0](code)
    return code


def spelled(rnd, code, prefix, profile):
    """How somebody types it: groups, prefix, case, and what came along when it was pasted."""
    size = reference.LAYOUT[profile][1]
    dash = rnd.choice(DASHES)
    shown = rnd.choices([prefix, "", rnd.choice(PREFIXES), "".join(rnd.choices(LETTERS, k=rnd.randint(1, 7)))], [6, 4, 1, 1])[0]
    groups = ([shown] if shown else []) + [code[i:i + size] for i in range(0, len(code), size)]
    text = dash.join(groups) if rnd.random() < 0.8 else "".join(group + rnd.choice(DASHES) for group in groups)
    text = lookalikes(rnd, text)
    text = rnd.choices([text, text.lower(), text.swapcase(), text.title(), wide(text)], [6, 4, 1, 1, 1])[0]
    if rnd.random() < 0.15:
        text = rnd.choice(MARKERS) + text
    if rnd.random() < 0.1:
        text = rnd.choice(["", " ", "  ", "\t"]) + text + rnd.choice([" ", ".", ",", "\u200b"])
    return text


def noise(rnd):
    """No code at all, or too much of one."""
    kinds = [
        lambda: "".join(rnd.choices(reference.ALPHABET + "-? ", k=rnd.randint(0, 60))),
        lambda: "".join(rnd.choices("0123456789", k=rnd.choice([22, 23, 24, 25, 48]))),
        lambda: "".join(rnd.choices(STRAY, k=rnd.randint(0, 30))),
        lambda: "".join(rnd.choices(reference.ALPHABET, k=rnd.choice([32, 50, 199, 200, 201, 400]))),
        lambda: "\ufdfa" * rnd.randint(1, 201),
    ]
    return rnd.choice(kinds)()


def typed(rnd):
    """A prefix in use, and a text."""
    prefix, profile = rnd.choice(PREFIXES), rnd.choice(list(reference.LAYOUT))
    if rnd.random() < 0.1:
        return prefix, noise(rnd)
    one = spelled(rnd, mistyped(rnd, canonical(rnd, profile, prefix), profile), prefix, profile)
    if rnd.random() < 0.04:
        one += rnd.choice([" ", ", ", ";"]) + spelled(rnd, canonical(rnd, profile, prefix), prefix, profile)
    return prefix, one


def inspected(postern, prefix, text):
    command = [postern, "code", "inspect", "--prefix", prefix]
    done = subprocess.run(command, input=text + "\n", capture_output=True, text=True, encoding="utf-8", timeout=60)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"exit": done.returncode, "stderr": done.stderr.strip()}


def main():
    words = argparse.ArgumentParser()
    words.add_argument("postern")
    words.add_argument("--long", action="store_true")
    words.add_argument("--seed", type=int)
    words = words.parse_args()
    count, seed = (TEXTS_LONG, secrets.randbits(32)) if words.long else (TEXTS, 1)
    seed = seed if words.seed is None else words.seed
    print(f"parser: {count} texts, --seed {seed}", flush=True)
    rnd = random.Random(seed)
    texts = [typed(rnd) for _ in range(count)]
    expected = [reference.parse(text, prefix) for prefix, text in texts]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        seen = list(pool.map(lambda case: inspected(words.postern, *case), texts))
    wrong = [(case, want, got) for case, want, got in zip(texts, expected, seen) if want != got]
    for (prefix, text), want, got in wrong[:20]:
        print(f"parser: NOT SO: prefix {prefix}, text {ascii(text)}: the reference says {want}, postern says {got}")
    outcomes = sorted({(answer["outcome"], answer.get("why", "")) for answer in expected})
    told = ", ".join(f"{sum((a['outcome'], a.get('why', '')) == kind for a in expected)} {' '.join(kind).strip()}" for kind in outcomes)
    print(f"parser: {told}")
    print(f"parser: {count - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
