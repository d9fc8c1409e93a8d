#!/usr/bin/python3
"""Prints the data profiles of a comparison as one table, the best first, and writes it as Markdown: table.py FOLDER.

Where a suite's optima are known and its problems have boxes, also the evaluations until f is within 0.01 % of the optimum,
the count of Jones, Perttunen & Stuckman (1993); of methods that draw, the mean over the seeds that arrive."""
import collections, csv, glob, json, os, sys

TAUS = (1e-3, 1e-5)


def shares(folder, places):
    curves, methods = collections.defaultdict(list), {}
    with open(os.path.join(folder, "profiles.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["method"]:
                methods[row["method"]] = True  # of who solves nothing too
            if row["profile"] == "data" and float(row["level"]) in TAUS:
                curves[row["method"], float(row["level"])].append((float(row["x"]), float(row["y"])))
    at = lambda m, tau, k: max((y for x, y in curves[m, tau] if x <= k), default=0.0)
    return {m: [at(m, tau, k) for tau in TAUS for k in places] for m in methods}


def runs(folder):
    for path in sorted(glob.glob(os.path.join(folder, "runs", "*.jsonl"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                curve = record["run"]["curve"]
                name = record["job"].get("label") or record["job"]["id"]
                yield name, record["run"]["problem"], zip(curve["evaluations"], curve["f"])
    with open(os.path.join(folder, "peers.jsonl"), encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield record["method"], record["problem"], record["history"]


def counts(folder, problems, words):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    optimum = {p["problem"]: p["optimum"] for p in problems}
    for method, problem, history in runs(folder):
        if not any(w in method.lower() for w in words):
            continue
        best = optimum[problem]
        near = [e for e, f in history if isinstance(f, float | int) and f - best <= 1e-4 * max(abs(best), 1e-300)]
        found[method][problem].append(min(near) if near else None)
    head = ["method"] + [p["problem"] for p in problems]
    yield head
    for method, by_problem in found.items():
        row = [method]
        for name in head[1:]:
            arrived = [e for e in by_problem[name] if e]
            tries = len(by_problem[name])
            row.append("–" if not arrived else f"{sum(arrived) / len(arrived):.0f}"
                       + (f" {len(arrived)}/{tries}" if len(arrived) < tries else ""))
        yield row


def markdown(rows):
    rows = list(rows)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" + "|--:" * (len(rows[0]) - 1) + "|")
    return "\n".join(lines)


def main():
    folder, problems, budget = sys.argv[1], [json.loads(line) for line in sys.stdin], float(sys.argv[2])
    places = [k for k in (10, 20, 50, 100, 200, 500) if k < budget] + [budget]
    table = shares(folder, places)
    rows = [["method"] + [f"{tau:.0e}, {k:g}".replace("e-0", "e-") for tau in TAUS for k in places]]
    for method, row in sorted(table.items(), key=lambda item: [-sum(item[1][len(places) - 1 :: len(places)]), item[0]]):
        rows.append([method] + [f"{100 * v:.0f}" for v in row])
    text = (f"Percent of the {len(problems)} problems solved to τ within so many simplex gradients (τ, number); "
            "the order is that of the sum over τ at the budget.\n\n" + markdown(rows) + "\n")
    if all(p["optimum"] is not None and p["lower"] for p in problems):
        text += "\nEvaluations until f is within 0.01 % of the optimum (successes/runs where some failed).\n\n" + markdown(
            counts(folder, problems, sys.argv[3].lower().split(",") if len(sys.argv) > 3 else [""])) + "\n"
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


if __name__ == "__main__":
    main()
