"""Asks thalweg, libtorch and PyTorch for the network workloads in turn and prints one table of ratios.

    network_table.py BIN-FOLDER [ROUNDS]
"""
import os
import pathlib
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5

# work, shape, threads, peer, goal (ratio to reach; None: none stated)
LIBTORCH, TORCH = "libtorch", "PyTorch"
rows = [
    ("forward", "large", 1, LIBTORCH, 1.3), ("sgd", "large", 1, LIBTORCH, 1.3), ("adam", "large", 1, LIBTORCH, 1.7),
    ("adam", "small", 1, LIBTORCH, 30), ("forward", "small", 1, LIBTORCH, None),
    ("wp1-gaussian", "large", 1, LIBTORCH, 2.5), ("wp1-rademacher", "large", 1, LIBTORCH, 4.5),
    ("mezo", "large", 1, TORCH, 6),
    ("wp16-gaussian", "large", 1, LIBTORCH, 3.5), ("wp16-rademacher", "large", 1, LIBTORCH, None),
    ("wp16-gaussian", "small", 1, TORCH, 30), ("wp16-bmm", "small", 1, TORCH, 15),
    ("wp16-low-rank-loop", "large", 1, TORCH, 10), ("wp16-low-rank", "large", 1, TORCH, None),
    ("wp64-low-rank-loop", "medium", 1, TORCH, 15), ("wp64-low-rank", "medium", 1, TORCH, None),
    ("np", "large", 1, TORCH, 1.35), ("np", "small", 1, TORCH, 24),
    ("forward", "large", 2, LIBTORCH, 1.3), ("sgd", "large", 2, LIBTORCH, 1.3), ("adam", "large", 2, LIBTORCH, 1.7),
]
commands = {
    "thalweg": [str(folder / "bench_serve_thalweg")],
    LIBTORCH: [str(folder / "bench_serve_libtorch")],
    TORCH: ["/usr/bin/python3", str(here / "serve_torch.py")],
}
servers = {}


def ask(program, shape, threads, work):
    key = (program, shape, threads)
    if key not in servers:
        command = commands[program]
        if program != TORCH and not pathlib.Path(command[0]).exists():
            servers[key] = None
        else:
            # torch's own setting does not reach a BLAS that has threads of its own
            limited = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
            servers[key] = subprocess.Popen(command + [shape, str(threads)], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True, env=limited)
    server = servers[key]
    if server is None:
        return None
    server.stdin.write(work + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    return float(answer) if answer and float(answer) > 0 else None


print(f"{'work':<20}{'net':<7}{'threads':>7}  {'ours':>10}  {'peer':>10}  {'peer is':<9}{'ratio: min  median     max':>27}{'goal':>7}")
for work, shape, threads, peer, goal in rows:
    ours, theirs = [], []
    for _ in range(rounds):
        a, b = ask("thalweg", shape, threads, work), ask(peer, shape, threads, work)
        if a is None or b is None:
            break
        ours.append(a)
        theirs.append(b)
    if not ours:
        print(f"{work:<20}{shape:<7}{threads:>7}  {peer} is missing")
        continue
    ratios = sorted(b / a for a, b in zip(ours, theirs))
    time = lambda s: f"{s * 1e3:.3f} ms" if s > 1e-3 else f"{s * 1e6:.2f} µs"
    print(f"{work:<20}{shape:<7}{threads:>7}  {time(statistics.median(ours)):>10}  {time(statistics.median(theirs)):>10}  "
          f"{peer:<9}{ratios[0]:>13.2f}{statistics.median(ratios):>8.2f}{ratios[-1]:>8.2f}"
          f"{'' if goal is None else f'{goal:g}':>5}{' ' if goal is None else ' ✓' if statistics.median(ratios) >= goal else ' ✗'}",
          flush=True)
