"""Measurements one at a time: a lock that other work on the machine may take between them."""

import contextlib
import fcntl
import os


@contextlib.contextmanager
def exclusive():
    """Holds the file named by BENCHMARK_LOCK, if there is one, for the length of the block."""
    path = os.environ.get("BENCHMARK_LOCK")
    if not path:
        yield
        return
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
