"""Contenders in turn: A B C, A B C."""

import sys

# What is told of a run as soon as it has ended.
SHOWN = ("per_second", "cpu_us", "p50_us", "p99_us")


def interleave(rounds, contenders, one_run):
    """Runs each contender once in every round; their results by name, in the order of the rounds."""
    results = {name: [] for name, _ in contenders}
    for number in range(rounds):
        for name, contender in contenders:
            result = one_run(contender)
            seen = ", ".join(f"{key} {result[key]:,.1f}" for key in SHOWN if key in result)
            progress(f"  round {number + 1} of {rounds}: {name}: {seen}")
            results[name].append(result)
    return results


def progress(text):
    print(text, file=sys.stderr, flush=True)
