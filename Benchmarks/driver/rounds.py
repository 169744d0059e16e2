"""Contenders in turn: A B C, A B C."""

import sys


def interleave(rounds, contenders, one_run):
    """Runs each contender once in every round; their results by name, in the order of the rounds."""
    results = {name: [] for name, _ in contenders}
    for number in range(rounds):
        for name, contender in contenders:
            progress(f"  round {number + 1} of {rounds}: {name}")
            results[name].append(one_run(contender))
    return results


def progress(text):
    print(text, file=sys.stderr, flush=True)
