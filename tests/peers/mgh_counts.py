#!/usr/bin/python3
"""Calls of f and its gradient that SciPy's and NLopt's quasi-Newton methods need on the Moré-Garbow-Hillstrom problems,
from the published starts and from 10 and 100 times those, and within boxes.

Usage: mgh_counts.py BUILD_DIR tests/peers/mgh_counts.json     (Debian: python3-scipy, python3-nlopt, g++)

A run has solved its problem when it ends within 1e-6 max(1, |m|) of a minimum m of `minima`; its count is the number of
calls until f <= m + 1e-6 max(1, |m|) for that m. null: not within 5000 calls. `minima` are the lowest value known, the
local minima that the paper lists, and those that runs of several methods end in and where the gradient vanishes and no
eigenvalue of the Hessian is negative (MORE below).
"""
import ctypes, json, math, os, subprocess, sys, tempfile
import numpy, scipy, scipy.optimize

BUDGET = 5000
SCALES = (1, 10, 100)
PUBLISHED = {"mgh/freudenstein-roth": [48.98425368], "mgh/biggs-exp6": [0.00565564993], "mgh/trigonometric": [2.79505612e-5],
             "mgh/brown-almost-linear": [1.0]}
MORE = {"mgh/trigonometric": [4.2186339e-5], "mgh/osborne-2": [1.789813587], "mgh/broyden-banded": [3.057278432],
        "mgh/broyden-tridiagonal": [1.349536124]}
here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


class OverBudget(Exception):
    pass


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def load(build):
    shared = os.path.join(tempfile.mkdtemp(), "mgh.so")
    subprocess.check_call(
        ["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-I" + root, os.path.join(here, "mgh_shared.cc"),
         os.path.join(build, "thalweg", "libthalweg.a"), "-lfmt", "-lboost_context", "-lsqlite3", "-lz", "-lpthread",
         "-o", shared])
    lib = ctypes.CDLL(shared)
    lib.mgh_id.restype = lib.mgh_message.restype = ctypes.c_char_p
    lib.mgh_optimum.restype = lib.mgh_value_and_gradient.restype = ctypes.c_double
    return lib


class Counted:
    def __init__(self, lib, k, scale, bounds=None):
        self.lib, self.k, self.calls, self.history, self.bounds = lib, k, 0, [], bounds
        self.start = numpy.zeros(lib.mgh_dimension(k))
        lib.mgh_start(k, ctypes.c_double(scale), pointer(self.start))

    def __call__(self, x):
        if self.calls >= BUDGET:
            raise OverBudget
        x = numpy.ascontiguousarray(x, dtype=float)
        g = numpy.zeros_like(x)
        f = self.lib.mgh_value_and_gradient(self.k, pointer(x), pointer(g))
        self.calls += 1
        if not self.history or f < self.history[-1][1]:
            self.history.append((self.calls, f))
        return (f if math.isfinite(f) else math.inf), g


def minima(lib, k):
    name = lib.mgh_id(k).decode()
    return [lib.mgh_optimum(k)] + PUBLISHED.get(name, []) + MORE.get(name, [])


def tolerance(m):
    return 1e-6 * max(1.0, abs(m))


def calls_to_a_minimum(history, known):
    """Calls until the minimum in which the run ends; None where it ends in none."""
    if not history:
        return None
    last = history[-1][1]
    for m in sorted(known):
        if abs(last - m) <= tolerance(m):
            return next(calls for calls, f in history if f <= m + tolerance(m))
    return None


def scipy_method(method, options):
    def run(f):
        scipy.optimize.minimize(f, f.start, jac=True, method=method, options=options, bounds=f.bounds)
    return run


def nlopt_lbfgs(f):
    import nlopt
    opt = nlopt.opt(nlopt.LD_LBFGS, len(f.start))

    def objective(x, grad):
        try:
            value, g = f(x)
        except OverBudget:
            raise nlopt.ForcedStop
        grad[:] = g
        return value

    opt.set_min_objective(objective)
    opt.set_vector_storage(10)
    opt.optimize(f.start)


METHODS = {
    "scipy l-bfgs-b": scipy_method("L-BFGS-B", dict(maxcor=10, ftol=0, gtol=0, maxfun=BUDGET, maxiter=BUDGET)),
    "scipy bfgs": scipy_method("BFGS", dict(gtol=0, maxiter=BUDGET)),
    "nlopt l-bfgs": nlopt_lbfgs,
}


def history_of(method, f):
    try:
        with numpy.errstate(all="ignore"):
            method(f)
    except Exception:  # the budget; NLopt ends its runs with one whenever a step fails
        pass
    return f.history


def box(lib, k):
    """Around the start, but lopsided: many minima lie outside."""
    start = Counted(lib, k, 1).start
    reach = 0.5 * numpy.maximum(1.0, numpy.abs(start))
    sign = numpy.where(numpy.arange(len(start)) % 2 == 0, 1.0, -1.0)
    return start - reach * numpy.where(sign > 0, 1.0, 0.25), start + reach * numpy.where(sign > 0, 0.25, 1.0)


def peers(lib):
    table, boxed = {}, {}
    for k in range(lib.mgh_count()):
        name = lib.mgh_id(k).decode()
        for scale in SCALES:
            row = {"minima": minima(lib, k)}
            for label, method in METHODS.items():
                row[label] = calls_to_a_minimum(history_of(method, Counted(lib, k, scale)), row["minima"])
            table[name if scale == 1 else f"{name}:start={scale}"] = row
        lower, upper = box(lib, k)
        history = history_of(METHODS["scipy l-bfgs-b"], Counted(lib, k, 1, list(zip(lower, upper))))
        f = history[-1][1]
        boxed[name] = {"lower": list(lower), "upper": list(upper), "f": f,
                       "calls": next(calls for calls, value in history if value <= f + tolerance(f))}
    return table, boxed


def main():
    table, boxed = peers(load(sys.argv[1]))
    import nlopt
    out = {"versions": {"scipy": scipy.__version__, "nlopt": nlopt.__version__}, "counts": table, "boxed": boxed}
    with open(sys.argv[2], "w") as file:  # not stdout: SciPy's Fortran prints there
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
