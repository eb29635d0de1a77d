"""What is measured against: sample workflows, the simulated server, and a project whose fleet is applied."""

import json
import shutil
import subprocess
import urllib.request

from measure.tools import BUILD, KEY, TLM, Wrong, environment, hyperfine, run, say


class Simulator:
    """A server on this machine, without a rate limit unless `options` say otherwise. Ends with this process."""

    def __init__(self, *options):
        program = BUILD / "tests/simulator/agamemnon-simulator"
        words = [program, "--rate", "0", "--api-key", KEY, "--until-stdin-closes", *options]
        self._process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            raise Wrong("the simulator does not start")
        self.url = line.split()[-1]

    def stats(self):
        with urllib.request.urlopen(self.url + "/admin/stats") as answer:
            return json.load(answer)

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def total_of(sizes):
    return sum(sizes[:3])


def usual_mix(agents):
    """Agents, teams, tasks and workflows, as bench_generate mixes them."""
    return (agents, (agents + 9) // 10, agents, max(1, agents // 100))


class Project:
    """A directory with workflows and a state. The state is on the disk of the source tree: durability has its price."""

    def __init__(self, directory, sizes):
        self.directory = directory
        self.sizes = sizes
        self.simulator = None
        directory.mkdir(parents=True)
        self.generate("json")

    def generate(self, form):
        agents, teams, tasks, workflows = self.sizes
        run([BUILD / "tests/bench/bench_generate", self.directory / form, agents, form, teams, tasks, workflows],
            self.directory, environment())

    def environment(self, **more):
        if self.simulator is None:
            return environment(**more)
        return environment(AGAMEMNON_URL=self.simulator.url, AGAMEMNON_API_KEY=KEY, **more)

    def start(self, *options):
        """From here on the target is a fresh server, and the state is new."""
        self.stop()
        shutil.rmtree(self.directory / ".tlm", ignore_errors=True)
        self.simulator = Simulator(*options)

    def stop(self):
        if self.simulator is not None:
            self.simulator.close()
        self.simulator = None

    def tlm(self, *words, form="json", **more):
        """Its output. It must end with 0."""
        return run([TLM, *words, *self.workflows(words, form)], self.directory, self.environment(**more))

    @staticmethod
    def workflows(words, form):
        return [] if words[0] in ("show", "state", "version") else ["--workflows", form]

    def check(self, words, expected, form="json"):
        """Runs it once, to see that it does what it should and to fill the caches."""
        said = self.tlm(*words, form=form)
        if expected not in said:
            raise Wrong(f"`tlm {' '.join(words)}` did not say `{expected}`:\n{said[-2000:]}")

    def measure(self, name, words, expected, out, form="json", runs=5, **options):
        self.check(words, expected, form)
        return self.time(name, words, out, form, runs, **options)

    def time(self, name, words, out, form="json", runs=1, **options):
        say(f"  {name}")
        return hyperfine(name, [TLM, *words, *self.workflows(words, form)], self.directory, self.environment(), out,
                         runs=runs, **options)

    def measure_apply(self, name, out, *server, words=(), memory=True):
        """One apply of everything to a fresh server: times, and the server's counts, which must be right."""
        self.start(*server)
        say(f"  {name}")
        times = hyperfine(name, [TLM, "apply", "--yes", "--quiet", "--workflows", "json", *words], self.directory,
                          self.environment(), out, runs=1, memory=memory)
        stats = self.simulator.stats()
        agents, teams, tasks, _ = self.sizes
        made = {"agents": agents, "teams": teams, "tasks": tasks}
        if any(stats[kind] != count for kind, count in made.items()) or any(stats["duplicates"].values()):
            raise Wrong(f"{name}: made should be {made}, and is {stats}")
        return times, stats
