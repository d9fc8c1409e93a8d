#!/usr/bin/python3
"""Lowest values that NLopt's and SciPy's direct searches meet on Moré and Wild's problems, smooth and nonsmooth.

Usage: more_wild_peers.py BUILD_DIR tests/peers/more_wild_peers.json     (Debian: python3-scipy, python3-nlopt, g++)

For each peer and problem: the lowest value within 5, 10, 20, 50, 100 and 500 units of n + 1 values. The peers stop at the
budget alone; "scipy powell" has SciPy's own tolerances, with which it solves more than with none.
"""
import ctypes, json, math, os, subprocess, sys, tempfile
import numpy, scipy, scipy.optimize, nlopt

UNITS = [5, 10, 20, 50, 100, 500]
here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


class OverBudget(Exception):
    pass


def load(build):
    shared = os.path.join(tempfile.mkdtemp(), "more_wild.so")
    subprocess.check_call(
        ["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-I" + root, os.path.join(here, "more_wild_shared.cc"),
         os.path.join(build, "thalweg", "libthalweg.a"), "-lfmt", "-lboost_context", "-lsqlite3", "-lz", "-lpthread",
         "-o", shared])
    lib = ctypes.CDLL(shared)
    lib.more_wild_value.restype = ctypes.c_double
    return lib


def with_nlopt(algorithm):
    def run(f, x0, budget):
        opt = nlopt.opt(algorithm, len(x0))
        opt.set_min_objective(f)
        opt.set_maxeval(budget + 1)
        opt.optimize(x0)
    return run


def with_scipy(method, tolerances):
    def run(f, x0, budget):
        scipy.optimize.minimize(f, x0, method=method, options=dict(maxfev=budget + 1, maxiter=budget + 1, **tolerances))
    return run


PEERS = {
    "nlopt nelder-mead": with_nlopt(nlopt.LN_NELDERMEAD),
    "nlopt sbplx": with_nlopt(nlopt.LN_SBPLX),
    "nlopt praxis": with_nlopt(nlopt.LN_PRAXIS),
    "scipy nelder-mead": with_scipy("Nelder-Mead", dict(xatol=1e-13, fatol=1e-13)),
    "scipy powell": with_scipy("Powell", {}),
}


def lowest(lib, k, nonsmooth, run):
    n = lib.more_wild_dimension(k)
    x0 = numpy.zeros(n)
    lib.more_wild_start(k, x0.ctypes.data_as(ctypes.c_void_p))
    values = []

    def f(x, grad=None):
        if len(values) >= UNITS[-1] * (n + 1):
            raise OverBudget
        x = numpy.ascontiguousarray(x, dtype=float)
        value = lib.more_wild_value(k, nonsmooth, x.ctypes.data_as(ctypes.c_void_p))
        values.append(value if math.isfinite(value) else math.inf)
        return value if math.isfinite(value) else 1e300

    try:
        with numpy.errstate(all="ignore"):
            run(f, x0, UNITS[-1] * (n + 1))
    except (OverBudget, RuntimeError, nlopt.RoundoffLimited):
        pass
    best = numpy.minimum.accumulate(values)
    return [float("%.12g" % best[min(u * (n + 1), len(best)) - 1]) for u in UNITS]


def main():
    lib = load(sys.argv[1])
    table = {
        variant: {peer: [lowest(lib, k, nonsmooth, run) for k in range(lib.more_wild_count())]
                  for peer, run in PEERS.items()}
        for nonsmooth, variant in enumerate(["smooth", "nonsmooth"])
    }
    out = {"versions": {"scipy": scipy.__version__, "nlopt": nlopt.__version__}, "units": UNITS, "lowest": table}
    with open(sys.argv[2], "w") as file:
        file.write(json.dumps(out).replace("]], ", "]],\n ").replace("}, ", "},\n"))
        file.write("\n")


main()
