#!/usr/bin/python3
"""Runs other libraries' methods that ask values alone on a suite of ours, for `thalweg compare` to put beside ours.

Usage: bench/peers/run.py THALWEG SUITE --budget K --out peers.jsonl [--seeds S] [--only WORD,…] [--native DIR] [--jobs J]

Every peer asks `thalweg serve` (docs/comparing.md), a process a run: the counts are the server's, the server refuses what
is beyond K·(n + 1) evaluations, and the lowest values are recorded without noise. All begin at the problem's start; a
problem's box goes to every peer that takes one, and who needs a box has no runs on problems without one. Tolerances are
set so low, and the peers' own caps so high, that little but the budget ends a run; all else is each library's default
unless bench/peers says otherwise. A peer that is missing is skipped with a message. Methods that draw run S seeds,
Optuna's one (each of its trials takes milliseconds).
"""
import argparse, json, math, multiprocessing.connection, os, select, subprocess, sys, time, warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import libraries

warnings.filterwarnings("ignore")  # the peers', of values that are not finite


class Server:
    """One run: a `thalweg serve` of a problem, recorded when it is closed."""

    def __init__(self, args, problem, budget, seed, label):
        self.process = subprocess.Popen(
            [args.thalweg, "serve", "--problem", problem["problem"], "--record", args.out, "--label", label,
             "--seed", str(seed), "--max-evaluations", str(budget)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ended = False

    def line(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def value(self, x):
        answer = json.loads(self.line(b'{"x":%s}\n' % json.dumps([float(v) for v in x]).encode()))
        if "f" in answer:
            return float(answer["f"])
        if "budget" in answer["error"]:
            self.ended = True
            raise libraries.Ended
        return math.inf  # a point that is not finite

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def budget_of(args, problem):
    return max(1, round(args.budget * (problem["n"] + 1)))


def run_here(args, peer, jobs):
    for problem, seed in jobs:
        budget = budget_of(args, problem)
        server = Server(args, problem, budget, seed, peer.label)
        try:
            peer.run(server.value, problem, budget, seed)
        except Exception as e:  # a peer that gives up: its run ends there, as it would for its user
            if args.verbose and not server.ended:
                print(f"{peer.label} on {problem['problem']} ended by {type(e).__name__}: {e}", file=sys.stderr)
        server.close()


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def speaks(args, program):
    """Whether the program says something, or ends. It hangs when it has computed for args.silence seconds of processor time
    without a word: a loaded machine that gives it no time to begin makes nothing hang."""
    until, since = time.monotonic() + args.patience, processor_seconds(program.pid)
    while not select.select([program.stdout], [], [], 1)[0]:
        if processor_seconds(program.pid) - since > args.silence or time.monotonic() > until:
            return False
    return True


def run_program(args, peer, jobs):
    """A program that reads jobs and answers, and writes questions and {"done":true}, each a line of JSON."""
    def started():
        return subprocess.Popen(peer.program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    program = started()

    def say(line):
        program.stdin.write(line)
        program.stdin.flush()

    for problem, seed in jobs:
        budget = budget_of(args, problem)
        server = Server(args, problem, budget, seed, peer.label)
        job = {k: problem[k] for k in ("n", "start", "lower", "upper")}
        say(json.dumps({**job, "method": peer.name, "seed": seed, "budget": budget}).encode() + b"\n")
        stopped = False
        while True:
            heard = speaks(args, program)
            question = program.stdout.readline() if heard else b""
            if not question:  # it ends or loops without a question: the run is what it was until then
                program.kill()
                program.wait()
                program = started()
                if not (stopped and heard):
                    print(f"{peer.label} on {problem['problem']} {'ended' if heard else 'hung'}", file=sys.stderr)
                break
            if b'"x"' not in question:
                break
            answer = server.line(question)
            stopped = b"the budget" in answer
            say(b'{"stop":true}\n' if stopped else answer if b'"f"' in answer else b'{"f":"inf"}\n')
        server.close()
    program.stdin.close()
    program.wait()


def tasks(args, peers, problems):
    for peer in peers:
        seeds = range(1 if not peer.draws else min(args.seeds, peer.most_seeds))
        jobs = [(p, s) for p in problems if p["lower"] or not peer.needs_box for s in seeds
                if not (p["lower"] and peer.ignores_box)]
        if not jobs and problems:
            print(f"no runs of {peer.label}: it {'needs' if peer.needs_box else 'ignores'} a box", file=sys.stderr)
        for k in range(0, len(jobs), peer.chunk):
            yield peer, jobs[k : k + peer.chunk]


# Our own that ask values alone, where the tool has them; with a box also those that need one.
OURS = ["nelder-mead", "powell", "mads", "coordinate-search", "hooke-jeeves", "cma-es", "random-search"]
OVER_DIFFERENCES = ["l-bfgs", "bfgs"]  # where nothing is drawn: a line search over noise is refused
OURS_IN_A_BOX = ["de", "simulated-annealing", "direct", "direct-l"]


def write_comparison(args, problems, chosen):
    listed = subprocess.check_output([args.thalweg, "list", "methods"], text=True).splitlines()
    known = [line.split()[0] for line in listed if line.split()]
    ours = [m for m in OURS + (OURS_IN_A_BOX if all(p["lower"] for p in problems) else []) if m in known and chosen(m)]
    differences = "".join(f'[[method]]\nid = "{m}"\nestimator = "fd-forward"\n\n' for m in OVER_DIFFERENCES
                          if m in known and chosen(f"{m} · fd-forward") and not any(p["noisy"] for p in problems))
    folder = os.path.dirname(args.comparison)
    with open(args.comparison, "w", encoding="utf-8") as file:
        file.write(f'name = "{args.suite}, with peers"\nout = {json.dumps(folder)}\nseeds = {args.seeds}\n'
                   f"budget = {{ simplex_gradients = {args.budget:g} }}\n\n[[suite]]\nid = {json.dumps(args.suite)}\n\n"
                   + (f"[[method]]\nid = {json.dumps(ours)}\n\n" if ours else "") + differences
                   + f"[[runs]]\nfile = {json.dumps(args.out)}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("thalweg")
    parser.add_argument("suite")
    parser.add_argument("--budget", type=float, default=100, help="simplex gradients, of n + 1 evaluations")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="words, one of which a label must hold")
    parser.add_argument("--without", default="", help="words that a label must not hold")
    parser.add_argument("--native", default="build/peers", help="folder of the programs for dlib and pagmo")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--patience", type=float, default=600, help="seconds of a run, after which it counts as hung")
    parser.add_argument("--silence", type=float, default=15,
                        help="seconds of processor time without a question, the same of a program")
    parser.add_argument("--comparison", help="also write the TOML that compares ours with these")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()

    described = subprocess.check_output([args.thalweg, "serve", "--suite", args.suite, "--describe"], text=True)
    problems = [json.loads(line) for line in described.splitlines()]
    words, not_words = args.only.lower().split(","), [w for w in args.without.lower().split(",") if w]

    def chosen(label):
        return any(w in label.lower() for w in words) and not any(w in label.lower() for w in not_words)

    peers = [p for p in libraries.all_peers(args.native) if chosen(p.label)]
    if args.comparison:
        write_comparison(args, problems, chosen)
    open(args.out, "w").close()

    began, running, waiting = time.monotonic(), [], list(tasks(args, peers, problems))
    waiting.reverse()
    while waiting or running:
        while waiting and len(running) < args.jobs:
            peer, jobs = waiting.pop()
            target = run_program if peer.program else run_here
            process = multiprocessing.get_context("fork").Process(target=target, args=(args, peer, jobs))
            process.start()
            running.append((process, time.monotonic() + args.patience * len(jobs), peer, jobs))
        multiprocessing.connection.wait([r[0].sentinel for r in running], timeout=1)
        for run in list(running):
            process, end, peer, jobs = run
            if process.is_alive() and time.monotonic() > end:
                process.kill()  # its server sees the end of its input and records what there is
            if not process.is_alive():
                process.join()
                running.remove(run)
                if process.exitcode != 0:
                    where = jobs[0][0]["problem"] + (" …" if len(jobs) > 1 else "")
                    print(f"{peer.label}, {where}: ended by {process.exitcode}", file=sys.stderr)

    order = {p.label: k for k, p in enumerate(peers)}
    place = {p["problem"]: k for k, p in enumerate(problems)}
    with open(args.out, encoding="utf-8") as file:
        lines = [line for line in file if line.strip()]
    runs = [json.loads(line) for line in lines]
    keys = [(order[r["method"]], place[r["problem"]], r["seed"]) for r in runs]
    with open(args.out, "w", encoding="utf-8") as file:
        file.writelines(lines[k] for k in sorted(range(len(lines)), key=keys.__getitem__))
    counted = sum(r["evaluations"] for r in runs)
    print(f"{len(runs)} runs of {len({r['method'] for r in runs})} peers, {counted} evaluations, "
          f"{time.monotonic() - began:.0f} s: {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
