#!/usr/bin/python3
"""The Moré-Garbow-Hillstrom set, ours beside SciPy's and NLopt's quasi-Newton methods, and our methods of order 2 and 3
among themselves; from the published starts and from 10 and 100 times those. Prints tables; counts only, no times.

Usage: bench/mgh.py BUILD_DIR     (Debian: python3-scipy, python3-nlopt, g++). The rules are in tests/peers/mgh_counts.py.
"""
import ctypes, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "peers"))
import mgh_counts as mgh


def ours(lib, method, k, scale):
    out = (ctypes.c_double * 5)()
    count = lib.mgh_run(method.encode(), k, ctypes.c_double(scale), mgh.BUDGET, None, None, out)
    flat = (ctypes.c_double * (2 * max(count, 1)))()
    lib.mgh_history(flat)
    history = [(int(flat[2 * i]), flat[2 * i + 1]) for i in range(count)]
    return mgh.calls_to_a_minimum(history, mgh.minima(lib, k)), int(out[2]), out[0], out[4] == 1.0


def key(name, scale):
    return name if scale == 1 else f"{name}:start={scale}"


def main():
    lib = mgh.load(sys.argv[1])
    names = [lib.mgh_id(k).decode() for k in range(lib.mgh_count())]
    peers, _ = mgh.peers(lib)
    runs = {}
    for method in ("l-bfgs", "bfgs", "newton-cg", "cubic-newton", "ar3"):
        for scale in mgh.SCALES:
            for k, name in enumerate(names):
                runs[method, key(name, scale)] = ours(lib, method, k, scale)

    print("calls until the minimum in which a run ends; pairs: in total over the problems that both solve")
    for mine, others in (("l-bfgs", ("scipy l-bfgs-b", "nlopt l-bfgs")), ("bfgs", ("scipy bfgs",))):
        for scales in ([1], [10], [100], list(mgh.SCALES)):
            keys = [key(name, scale) for scale in scales for name in names]
            got = {k: runs[mine, k][0] for k in keys}
            line = f"{mine:8} start x {'+'.join(map(str, scales)):8} solves {sum(v is not None for v in got.values())} of {len(keys)}"
            lost = []
            for other in others:
                theirs = {k: peers[k][other] for k in keys}
                both = [k for k in keys if got[k] is not None and theirs[k] is not None]
                lost += [k for k in keys if got[k] is None and theirs[k] is not None]
                line += (f"; {other} {sum(v is not None for v in theirs.values())}, calls {sum(got[k] for k in both)} : "
                         f"{sum(theirs[k] for k in both)} over {len(both)}")
            print(line + (f"; not solved by ours alone: {', '.join(lost)}" if lost else ""))

    print("outer iterations (a refused step counts), in total over the problems on which all three end in one minimum")
    three = ("newton-cg", "cubic-newton", "ar3")
    for scale in mgh.SCALES:
        keys = [key(name, scale) for name in names]
        common = [k for k in keys if all(runs[m, k][0] is not None for m in three)
                  and max(runs[m, k][2] for m in three) - min(runs[m, k][2] for m in three) <= 1e-6 * max(1.0, abs(runs["ar3", k][2]))]
        print(f"start x {scale:<4} over {len(common)}: " + ", ".join(
            f"{m} {sum(runs[m, k][1] for k in common)} (solves {sum(runs[m, k][0] is not None for k in keys)})" for m in three))


if __name__ == "__main__":
    main()
