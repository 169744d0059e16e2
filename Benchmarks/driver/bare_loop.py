"""The bare libcurl loop: what the library itself costs on this machine, in this minute."""

import json
import subprocess

from .stage import Stage

BODY_LENGTH = 1024


def run(programs, count):
    """One run; requests per second and processor time for each."""
    with Stage(programs) as stage:
        receiver = stage.receiver
        before = receiver.child.cpu_seconds()
        command = [
            programs.bare_loop, "--url", receiver.url("ok"), "--count", str(count), "--body", str(BODY_LENGTH),
        ]
        output = subprocess.run(command, capture_output=True, check=True, timeout=300, start_new_session=True).stdout
        result = json.loads(output)
        stats = receiver.stats()
        receiver_cpu = receiver.child.cpu_seconds() - before
    return {
        "count": count,
        "seconds": result["seconds"],
        "per_second": count / result["seconds"],
        "cpu_us": result["cpu_seconds"] / count * 1e6,
        "receiver_cpu_us": receiver_cpu / count * 1e6,
        "head_bytes": stats["head_bytes"] / count,
        "body_bytes": stats["body_bytes"] / count,
    }
