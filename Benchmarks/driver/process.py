"""Processes that are started, watched and ended by their id."""

import os
import signal
import subprocess
import time


class Child:
    """One process of a benchmark. It is killed at the end of the `with` block if it still runs."""

    def __init__(self, arguments, output, environment=None, pipe=False):
        self.name = os.path.basename(arguments[0])
        self.output = output
        self._log = open(output, "ab")
        self.process = subprocess.Popen(
            # The kernel ends it should the driver be killed.
            ["setpriv", "--pdeathsig", "KILL", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else self._log,
            stderr=self._log,
            env=environment,
            # Ctrl-C reaches the driver alone, which then ends its children.
            start_new_session=True,
        )
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.last_output()}")

    def last_output(self):
        with open(self.output, "rb") as file:
            return file.read()[-600:].decode(errors="replace").strip()

    def suspend(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def stop(self, seconds=20):
        """Asks it to end, and insists after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def memory(self):
        """Resident memory now and at its highest, in MB (10^6 bytes)."""
        values = {}
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                name, _, rest = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    values[name] = int(rest.split()[0]) * 1024 / 1e6
        return values["VmRSS"], values["VmHWM"]

    def forget_highest_memory(self):
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")


def cpu_seconds(pid):
    """Processor time of a process, all its threads, in nanosecond steps: /proc/PID/stat counts in hundredths."""
    return time.clock_gettime((~pid << 3) | 2)


def wait_until(condition, seconds, what, pause=0.02):
    """Asks until the answer is true; its value. The pause keeps the asking from being a load of its own."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:.0f} s: {what}")
        time.sleep(pause)
