"""Running programs and measuring them: hyperfine for time, GNU time for memory."""

import json
import os
import shlex
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build/release"
TLM = BUILD / "cmd/tlm"
KEY = "test-key"


class Wrong(Exception):
    """A command failed, or did something else than it should: what was measured means nothing."""


def environment(**more):
    """Nothing of the caller's own set-up takes part."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **more}


def run(command, cwd, env):
    """What the command printed. It must end with 0."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, text=True, capture_output=True)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise Wrong(f"exit code {done.returncode} of {shlex.join(map(str, command))}\n{tail}")
    return done.stdout


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Times:
    """Whole runs of one command."""

    seconds: list = field(default_factory=list)
    kilobytes: list = field(default_factory=list)  # peak resident memory, kB = 1000 bytes

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def megabytes(self):
        return statistics.median(self.kilobytes) / 1000

    def add(self, other):
        self.seconds += other.seconds
        self.kilobytes += other.kilobytes


def hyperfine(name, command, cwd, env, out, runs=5, warmup=0, memory=True):
    """Times of so many runs, each of which must end with 0. Hyperfine's own data go to `out`/NAME.json.

    Memory is measured by GNU time around the command, in the same runs; it starts one process more, which is why
    commands of a few milliseconds are measured without.
    """
    kept = Path(out) / f"{name}.json"
    peaks = Path(out) / f"{name}.kib"
    peaks.unlink(missing_ok=True)
    words = [str(word) for word in command]
    if memory:
        words = ["/usr/bin/time", "-f", "%M", "-a", "-o", str(peaks), *words]
    run(["hyperfine", "-N", "--style", "none", "--runs", runs, "--warmup", warmup, "--export-json", kept,
         shlex.join(words)], cwd, env)
    result = json.loads(kept.read_text())["results"][0]
    times = Times(result["times"])
    if memory:
        times.kilobytes = [int(kib) * 1.024 for kib in peaks.read_text().split()][-runs:]
        peaks.unlink()
    return times
