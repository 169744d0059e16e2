"""The bare libcurl loop: what the library itself costs on this machine, in this minute."""

import json
import os
import subprocess
import tempfile

from .exclusive import exclusive
from .receiver import Receiver


def run(programs, count, body_length):
    """One run; requests per second and processor time for each."""
    with tempfile.TemporaryDirectory(prefix="postback-bench-") as directory, exclusive():
        with Receiver(programs, directory) as receiver:
            before = receiver.child.cpu_seconds()
            command = [
                programs.bare_loop, "--url", receiver.url("ok"), "--count", str(count), "--body", str(body_length),
            ]
            output = subprocess.run(command, capture_output=True, check=True, timeout=300, start_new_session=True).stdout
            result = json.loads(output)
            stats = receiver.stats()
            receiver_cpu = receiver.child.cpu_seconds() - before
    assert stats["total"] == count, stats
    return {
        "count": count,
        "seconds": result["seconds"],
        "per_second": count / result["seconds"],
        "cpu_us": result["cpu_seconds"] / count * 1e6,
        "receiver_cpu_us": receiver_cpu / count * 1e6,
        "head_bytes": stats["head_bytes"] / count,
        "body_bytes": stats["body_bytes"] / count,
    }
