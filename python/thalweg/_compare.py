"""compare(): many runs under one budget, from a TOML file."""
import json
import os

from . import _thalweg


def compare(file, out=None, threads=1, resume=False):
    """Run the comparison of a TOML file (or its text); returns results.json as a dict, and writes the folder `out`
    with report.html, results.json, results.csv and runs/*.jsonl."""
    if os.path.exists(file):
        with open(file, encoding="utf-8") as opened:
            toml, origin = opened.read(), os.fspath(file)
    elif "\n" in file or "=" in file:
        toml, origin = file, "TOML"
    else:
        raise FileNotFoundError(file)
    return json.loads(_thalweg.compare(toml, origin, out or "", threads, resume))
