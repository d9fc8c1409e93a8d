#!/usr/bin/env python3
"""A program for `thalweg minimize --command`: answers the sphere about (1, 2, 3, …), or misbehaves as told.

    program.py good | gradient | gradient-short | no-id | reversed:N | error:K | nan:K | bare-nan:K |
               null:K | dies:K | exits-first | crashes:K | rubbish:K | unknown-id | no-f | slow:K:SECONDS[:FILE] | seed |
               sleepy:SECONDS[:FILE] | deaf | deaf-slow:K:SECONDS:FILE | noisy | endless-line | counts:FILE
K: the question (from 1) at which it happens. FILE: slow makes it and is slow only if it was not there; sleepy makes
it at its third question.
"""
import json
import os
import signal
import sys
import time


def say(answer):
    print(answer if isinstance(answer, str) else json.dumps(answer), flush=True)


def sphere(x):
    return sum((v - i - 1) ** 2 for i, v in enumerate(x)), [2 * (v - i - 1) for i, v in enumerate(x)]


def main():
    mode, *arguments = sys.argv[1].split(":")
    at = int(float(arguments[0])) if arguments and mode != "counts" else 0
    if mode == "exits-first":
        print("no licence\ngoodbye", file=sys.stderr)
        sys.exit(7)
    if mode.startswith("deaf"):  # ignores the end of its input and SIGTERM
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    held = []
    for count, line in enumerate(iter(sys.stdin.readline, ""), 1):
        question = json.loads(line)
        f, g = sphere(question["x"])
        answer = {"id": question["id"], "f": f}
        if mode == "gradient" and question["kind"] == "value_and_gradient":
            answer["g"] = g
        elif mode == "gradient-short":
            answer["g"] = g[:-1]
        elif mode == "no-id":
            del answer["id"]
        elif mode == "reversed":  # collects N questions, answers them backwards
            held.append(answer)
            if len(held) == at:
                for one in reversed(held):
                    say(one)
                held = []
            continue
        elif mode == "error" and count == at:
            answer = {"id": question["id"], "error": "the mesh is tangled"}
        elif mode == "nan" and count == at:
            answer["f"] = "nan"
        elif mode == "bare-nan" and count == at:
            answer["f"] = float("nan")
        elif mode == "null" and count == at:
            answer["f"] = None
        elif mode == "dies" and count == at:
            print("first line\nout of patience", file=sys.stderr)
            sys.exit(3)
        elif mode == "crashes" and count == at:
            os.kill(os.getpid(), signal.SIGSEGV)
        elif mode == "rubbish" and count == at:
            say("Loading the model ...")
            continue
        elif mode == "unknown-id":
            answer["id"] = 99999
        elif mode == "no-f":
            answer = {"id": question["id"], "value": f}
        elif mode.endswith("slow") and count == at:
            print("thinking hard", file=sys.stderr, flush=True)
            if len(arguments) < 3:
                time.sleep(float(arguments[1]))
            elif not os.path.exists(arguments[2]):  # once only; says that it began
                open(arguments[2], "w").close()
                time.sleep(float(arguments[1]))
        elif mode == "seed":
            answer["f"] += 0.1 * (question["seed"] % 7)
        elif mode == "sleepy":
            if len(arguments) > 1 and count == 3:
                open(arguments[1], "w").close()
            time.sleep(float(arguments[0]))
        elif mode == "noisy":
            print("x" * 100000, file=sys.stderr)
        elif mode == "endless-line":
            while True:
                sys.stdout.write("z" * 65536)
        elif mode == "counts":
            with open(arguments[0], "a") as file:
                file.write("%d\n" % os.getpid())
        say(answer)
    if mode == "deaf":
        while True:
            time.sleep(1)


main()
