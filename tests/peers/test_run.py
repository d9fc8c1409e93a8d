#!/usr/bin/python3
"""bench/peers from end to end: other libraries' runs through `thalweg serve`, read by `thalweg compare`.

Usage: test_run.py THALWEG. What is recorded of SciPy's Nelder-Mead is compared with that library called directly.
"""
import contextlib, io, json, os, subprocess, sys, tempfile, types, unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, "..", "..", "bench", "peers")
SIMPLEX_GRADIENTS = 25
THALWEG = None

try:
    import scipy.optimize
except ImportError:
    print("skipped: python3-scipy is not installed")
    sys.exit(0)


def rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = cls.scratch.name
        out = os.path.join(cls.folder, "peers.jsonl")
        toml = os.path.join(cls.folder, "comparison.toml")
        cls.made = subprocess.run(
            [sys.executable, os.path.join(BENCH, "run.py"), THALWEG, "classic:n=2", "--budget", str(SIMPLEX_GRADIENTS),
             "--out", out, "--comparison", toml, "--only", "nelder-mead,praxis", "--without", "dlib,pagmo", "--seeds", "2"],
            capture_output=True, text=True, timeout=300, check=True)
        with open(out, encoding="utf-8") as file:
            cls.runs = [json.loads(line) for line in file]
        described = subprocess.check_output([THALWEG, "serve", "--suite", "classic:n=2", "--describe"], text=True)
        cls.problems = {p["problem"]: p for p in map(json.loads, described.splitlines())}
        subprocess.run([THALWEG, "compare", toml, "--out", cls.folder, "--quiet"], capture_output=True, timeout=300,
                       check=True)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_no_run_passes_its_budget(self):
        labels = {r["method"] for r in self.runs}
        self.assertIn("SciPy Nelder-Mead", labels)
        for r in self.runs:
            budget = SIMPLEX_GRADIENTS * (self.problems[r["problem"]]["n"] + 1)
            self.assertLessEqual(r["evaluations"], budget, r["method"])
            lowest = [f for _, f in r["history"]]
            self.assertEqual(lowest, sorted(lowest, reverse=True), r["method"])

    def test_a_noisy_suite_has_no_line_searches_over_differences(self):
        for suite, differences in (("more-wild:variant=stochastic", 0), ("more-wild", 1)):
            out, toml = os.path.join(self.folder, "noisy.jsonl"), os.path.join(self.folder, "noisy.toml")
            subprocess.run([sys.executable, os.path.join(BENCH, "run.py"), THALWEG, suite, "--budget", "1", "--out", out,
                            "--comparison", toml, "--only", "fd-forward,coordinate-search,cobyla", "--seeds", "1"],
                           capture_output=True, timeout=300, check=True)
            with open(toml, encoding="utf-8") as file:
                self.assertEqual(file.read().count('"l-bfgs"'), differences)
            subprocess.run([THALWEG, "compare", toml, "--out", os.path.join(self.folder, "noisy"), "--quiet"],
                           capture_output=True, timeout=300, check=True)

    def test_every_problem_has_every_run(self):
        for label in {r["method"] for r in self.runs}:
            mine = {r["problem"] for r in self.runs if r["method"] == label}
            self.assertEqual(mine, set(self.problems), label)

    def test_records_are_those_of_the_library_called_directly(self):
        name = next(p for p in self.problems if p.startswith("rosenbrock"))
        problem = self.problems[name]
        seen, budget = [], SIMPLEX_GRADIENTS * (problem["n"] + 1)

        def f(x):
            if len(seen) < budget:
                seen.append(rosenbrock(x))
            return rosenbrock(x)

        box = list(zip(problem["lower"], problem["upper"])) if problem["lower"] else None
        scipy.optimize.minimize(f, problem["start"], method="Nelder-Mead", bounds=box,
                                options={"xatol": 0, "fatol": 0, "maxfev": budget, "maxiter": 10**9})
        best, steps = float("inf"), []
        for k, value in enumerate(seen, 1):
            if value < best:
                best = value
                steps.append((k, value))
        run = next(r for r in self.runs if r["method"] == "SciPy Nelder-Mead" and r["problem"] == name)
        self.assertEqual(run["evaluations"], len(seen))
        recorded = [(k, value) for k, value in run["history"]]
        self.assertEqual([k for k, _ in recorded], [k for k, _ in steps])
        for (_, mine), (_, theirs) in zip(recorded, steps):
            self.assertAlmostEqual(mine, theirs, delta=1e-12 * max(1.0, abs(theirs)))

    def test_a_program_that_waits_has_not_hung_and_one_that_loops_has(self):
        sys.path.insert(0, BENCH)
        import run
        script = os.path.join(self.folder, "slow.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write("import json, sys, time\n"
                       "for k, line in enumerate(sys.stdin):\n"
                       "    time.sleep(2.5)\n"
                       "    print(json.dumps({'x': json.loads(line)['start']}), flush=True)\n"
                       "    sys.stdin.readline()\n"
                       "    while k == 1: pass\n"
                       "    print('{\"done\":true}', flush=True)\n")
        peer = types.SimpleNamespace(program=[sys.executable, script], label="slow", name="slow")
        out = os.path.join(self.folder, "slow.jsonl")
        args = types.SimpleNamespace(thalweg=THALWEG, out=out, budget=2, silence=1, patience=60)
        problem = next(iter(self.problems.values()))
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            run.run_program(args, peer, [(problem, 0), (problem, 1), (problem, 2)])
        self.assertEqual(said.getvalue().count("hung"), 1, said.getvalue())
        with open(out, encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["evaluations"] for line in file], [1, 1, 1])

    def test_compare_puts_them_beside_ours_and_the_table_names_all(self):
        described = subprocess.check_output([THALWEG, "serve", "--suite", "classic:n=2", "--describe"], text=True)
        table = subprocess.run([sys.executable, os.path.join(BENCH, "table.py"), self.folder, str(SIMPLEX_GRADIENTS)],
                               input=described, capture_output=True, text=True, timeout=60, check=True).stdout
        for label in {r["method"] for r in self.runs} | {"nelder-mead"}:
            self.assertIn(label, table)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "report.html")))


if __name__ == "__main__":
    THALWEG = sys.argv.pop(1)
    unittest.main()
