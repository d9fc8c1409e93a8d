#!/usr/bin/python3
"""Calls of f and its gradient that SciPy's and NLopt's quasi-Newton methods need on the Moré-Garbow-Hillstrom problems.

Usage: mgh_counts.py BUILD_DIR tests/peers/mgh_counts.json     (Debian: python3-scipy, python3-nlopt, g++)

A count is the number of calls until f <= target = f* + 1e-6 max(1, |f*|); null: not within 5000 calls. f* is the lowest
value known, or the local minimum named below where methods may end in either.
"""
import ctypes, json, math, os, subprocess, sys, tempfile
import numpy, scipy, scipy.optimize

BUDGET = 5000
LOCAL = {"mgh/freudenstein-roth": 48.98425368, "mgh/biggs-exp6": 0.00565564993, "mgh/trigonometric": 2.79506e-5}
here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


class Reached(Exception):
    pass


class OverBudget(Exception):
    pass


def load(build):
    shared = os.path.join(tempfile.mkdtemp(), "mgh.so")
    subprocess.check_call(
        ["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-I" + root, os.path.join(here, "mgh_shared.cc"),
         os.path.join(build, "thalweg", "libthalweg.a"), "-lfmt", "-lboost_context", "-lsqlite3", "-lz", "-lpthread",
         "-o", shared])
    lib = ctypes.CDLL(shared)
    lib.mgh_id.restype = ctypes.c_char_p
    lib.mgh_optimum.restype = lib.mgh_value_and_gradient.restype = ctypes.c_double
    return lib


class Counted:
    def __init__(self, lib, k, target):
        self.lib, self.k, self.target, self.calls = lib, k, target, 0
        self.start = numpy.zeros(lib.mgh_dimension(k))
        lib.mgh_start(k, self.start.ctypes.data_as(ctypes.c_void_p))

    def __call__(self, x):
        if self.calls >= BUDGET:
            raise OverBudget
        x = numpy.ascontiguousarray(x, dtype=float)
        g = numpy.zeros_like(x)
        f = self.lib.mgh_value_and_gradient(self.k, x.ctypes.data_as(ctypes.c_void_p),
                                            g.ctypes.data_as(ctypes.c_void_p))
        self.calls += 1
        if f <= self.target:
            raise Reached
        return (f if math.isfinite(f) else math.inf), g


def scipy_method(method, options):
    def run(f):
        scipy.optimize.minimize(f, f.start, jac=True, method=method, options=options)
    return run


def nlopt_lbfgs(f):
    import nlopt
    opt = nlopt.opt(nlopt.LD_LBFGS, len(f.start))
    failure = []

    def objective(x, grad):
        try:
            value, g = f(x)
        except (Reached, OverBudget) as stop:
            failure.append(stop)
            raise nlopt.ForcedStop
        grad[:] = g
        return value

    opt.set_min_objective(objective)
    opt.set_vector_storage(10)
    try:
        opt.optimize(f.start)
    except Exception:
        pass
    if failure:
        raise failure[0]


METHODS = {
    "scipy l-bfgs-b": scipy_method("L-BFGS-B", dict(maxcor=10, ftol=0, gtol=0, maxfun=BUDGET, maxiter=BUDGET)),
    "scipy bfgs": scipy_method("BFGS", dict(gtol=0, maxiter=BUDGET)),
    "nlopt l-bfgs": nlopt_lbfgs,
}


def main():
    lib = load(sys.argv[1])
    table = {}
    for k in range(lib.mgh_count()):
        name = lib.mgh_id(k).decode()
        best = LOCAL.get(name, lib.mgh_optimum(k))
        target = best + 1e-6 * max(1.0, abs(best))
        row = {"target": target}
        for label, method in METHODS.items():
            f = Counted(lib, k, target)
            count = None
            try:
                with numpy.errstate(all="ignore"):
                    method(f)
            except Reached:
                count = f.calls
            except OverBudget:
                pass
            row[label] = count
        table[name] = row
    import nlopt
    out = {"versions": {"scipy": scipy.__version__, "nlopt": nlopt.__version__}, "counts": table}
    with open(sys.argv[2], "w") as file:  # not stdout: SciPy's Fortran prints there
        json.dump(out, file, indent=1)
        file.write("\n")


main()
