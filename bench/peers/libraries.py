"""The peers: how each library is asked, and every option that is not its default."""
import os, shutil, subprocess, sys
from dataclasses import dataclass
from typing import Callable

HUGE = 10**9


class Ended(Exception):
    """The budget is used."""


@dataclass
class Peer:
    label: str
    run: Callable = None  # (f, problem, budget, seed)
    program: list = None  # or a program that speaks lines of JSON, and the name of the method there
    name: str = ""
    draws: bool = False  # runs depend on the seed
    needs_box: bool = False
    ignores_box: bool = False
    most_seeds: int = HUGE
    chunk: int = 1  # runs of one process


def box(problem):
    return list(zip(problem["lower"], problem["upper"])) if problem["lower"] else None


def scipy_peers():
    from scipy import optimize

    def local(method, **options):
        def run(f, p, budget, seed):
            cap = {"COBYLA": {"maxiter": budget}, "L-BFGS-B": {"maxfun": HUGE, "maxiter": HUGE}}
            more = {} if method == "COBYLA" else {"bounds": box(p)}
            optimize.minimize(f, p["start"], method=method, **more,
                              options={**cap.get(method, {"maxfev": budget, "maxiter": HUGE}), **options})
        return run

    def evolution(f, p, budget, seed):
        optimize.differential_evolution(f, box(p), maxiter=HUGE, tol=0, seed=seed, x0=p["start"])

    def annealing(f, p, budget, seed):
        optimize.dual_annealing(f, box(p), maxiter=10**6, maxfun=budget, seed=seed, x0=p["start"])

    def direct(biased):
        return lambda f, p, budget, seed: optimize.direct(f, box(p), maxfun=budget, maxiter=budget, vol_tol=0, len_tol=0,
                                                          locally_biased=biased)

    return [Peer("SciPy Nelder-Mead", local("Nelder-Mead", xatol=0, fatol=0)),
            Peer("SciPy Powell", local("Powell", ftol=0)),  # xtol is also that of its line searches: left
            Peer("SciPy COBYLA", local("COBYLA", tol=1e-12), ignores_box=True),
            Peer("SciPy L-BFGS-B, differences", local("L-BFGS-B", ftol=0, gtol=0)),
            Peer("SciPy differential_evolution", evolution, draws=True, needs_box=True),
            Peer("SciPy dual_annealing", annealing, draws=True, needs_box=True),
            Peer("SciPy direct", direct(False), needs_box=True),
            Peer("SciPy direct, locally biased", direct(True), needs_box=True)]


def nlopt_peers():
    import nlopt

    def of(algorithm):
        def run(f, p, budget, seed):
            nlopt.srand(seed + 1)  # 0 would be the time
            opt = nlopt.opt(getattr(nlopt, algorithm), p["n"])
            if p["lower"]:
                opt.set_lower_bounds(p["lower"])
                opt.set_upper_bounds(p["upper"])
            opt.set_min_objective(lambda x, gradient: f(x))
            opt.set_maxeval(budget)  # NLopt has no tolerance unless one is set
            opt.optimize(p["start"])
        return run

    return [Peer("NLopt Sbplx", of("LN_SBPLX")), Peer("NLopt Nelder-Mead", of("LN_NELDERMEAD")),
            Peer("NLopt PRAXIS", of("LN_PRAXIS"), draws=True), Peer("NLopt COBYLA", of("LN_COBYLA")),
            Peer("NLopt BOBYQA", of("LN_BOBYQA")), Peer("NLopt NEWUOA", of("LN_NEWUOA"), ignores_box=True),
            Peer("NLopt DIRECT", of("GN_DIRECT"), needs_box=True),
            Peer("NLopt DIRECT-L", of("GN_DIRECT_L"), needs_box=True),
            Peer("NLopt CRS2", of("GN_CRS2_LM"), draws=True, needs_box=True)]


def optuna_peers():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def of(sampler):
        def run(f, p, budget, seed):
            study = optuna.create_study(sampler=sampler(p, seed))
            names = [f"x{i}" for i in range(p["n"])]
            study.enqueue_trial(dict(zip(names, p["start"])))
            study.optimize(lambda trial: f([trial.suggest_float(k, *b) for k, b in zip(names, box(p))]), n_trials=budget)
        return run

    def cma(p, seed):
        start = {f"x{i}": v for i, v in enumerate(p["start"])}
        return optuna.samplers.CmaEsSampler(x0=start, seed=seed, warn_independent_sampling=False)

    peers = [Peer("Optuna TPE", of(lambda p, seed: optuna.samplers.TPESampler(seed=seed)))]
    try:
        import cmaes  # noqa: F401
        peers.append(Peer("Optuna CMA-ES", of(cma)))
    except ImportError:
        print("skipped: Optuna's CMA-ES (python3-cmaes is missing)", file=sys.stderr)
    for peer in peers:
        peer.draws, peer.needs_box, peer.most_seeds = True, True, 1
    return peers


def minqa_peers():
    if not shutil.which("Rscript"):
        raise ImportError("r-base-core")
    if subprocess.run(["Rscript", "-e", "library(minqa); library(jsonlite)"], capture_output=True).returncode != 0:
        raise ImportError("r-cran-minqa, r-cran-jsonlite")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "minqa.R")
    return [Peer(f"minqa {name}", program=["Rscript", "--vanilla", script], name=name.lower(), chunk=27,
                 ignores_box=name != "BOBYQA") for name in ("NEWUOA", "BOBYQA", "UOBYQA")]


def program(native, library):
    path = os.path.join(native, library)
    if not os.access(path, os.X_OK):
        raise ImportError(f"{path} is not built")
    return [path]


def dlib_peers(native):
    path = program(native, "dlib")
    return [Peer("dlib find_min_bobyqa", program=path, name="bobyqa", chunk=9),
            Peer("dlib find_min_global", program=path, name="global", needs_box=True)]


def pagmo_peers(native):
    path = program(native, "pagmo")
    return [Peer(f"pagmo {label}", program=path, name=name, draws=True, needs_box=True, chunk=9)
            for label, name in (("CMA-ES", "cmaes"), ("DE", "de"), ("PSO", "pso"))]


def all_peers(native):
    peers = []
    for name, make in (("SciPy", scipy_peers), ("NLopt", nlopt_peers), ("minqa", minqa_peers),
                       ("dlib", lambda: dlib_peers(native)), ("pagmo", lambda: pagmo_peers(native)),
                       ("Optuna", optuna_peers)):
        try:
            peers += make()
        except ImportError as missing:
            print(f"skipped: {name} ({missing})", file=sys.stderr)
    return peers
