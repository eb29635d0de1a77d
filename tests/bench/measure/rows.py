"""What is measured: every row of the table of targets, growth, and others beside tlm."""

import json
import re
import shutil
import statistics
from dataclasses import asdict, dataclass

from measure.fleet import Project, Simulator, total_of, usual_mix
from measure.tools import BUILD, KEY, ROOT, TLM, Times, Wrong, environment, hyperfine, run, say

CONNECTIONS = 16


@dataclass
class Row:
    """A line of the table. `met` is None at the small sizes, which show nothing."""

    work: str
    target: str
    measured: str
    met: bool | None


def seconds_text(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def count(number):
    return f"{number:,}"


class Bench:
    """All of it at one size. `data` is what the document and the picture are made of."""

    def __init__(self, work, out, small, runs, terraform_larger):
        self.work = work
        self.out = out
        self.small = small
        self.runs = 1 if small else runs
        self.terraform_larger = terraform_larger
        self.rows = []
        self.data = {}
        self._fleets = {}

    def size(self, full, small):
        return small if self.small else full

    def row(self, work, target, measured, met):
        self.rows.append(Row(work, target, measured, None if self.small else met))
        say(f"  {work}: {measured} (target {target})")

    def within(self, work, times, seconds, megabytes=None):
        target, measured = seconds_text(seconds), seconds_text(times.median)
        met = times.median <= seconds
        if megabytes is not None:
            target += f", {megabytes} MB"
            measured += f", {times.megabytes:.0f} MB"
            met = met and times.megabytes <= megabytes
        self.row(work, target, measured, met)

    def project(self, name, sizes):
        return Project(self.work / name, sizes)

    def fleet(self, agents):
        """A fleet of the usual mix that is applied, and how its apply went."""
        if agents not in self._fleets:
            project = self.project(f"fleet-{agents}", usual_mix(agents))
            project.start()
            project.tlm("plan", "--quiet", "--out", "create.json")
            # The largest takes its time, and lasts so long that one run says enough.
            applies = Times()
            for i in range(1 if agents >= 100_000 else self.runs):
                times, _ = project.measure_apply(f"apply-{agents}-{i}", self.out)
                applies.add(times)
            self._fleets[agents] = (project, applies)
        return self._fleets[agents]

    def close(self):
        for project, _ in self._fleets.values():
            project.stop()

    # ---- the rows of the table -----------------------------------------------------------------------------------

    def start_up(self):
        project = self.project("sandbox", (3, 1, 3, 1))
        runs = self.size(max(25, self.runs), 1)
        times = project.measure("version", ["version"], "tlm ", self.out, runs=runs, memory=False)
        self.within("`tlm version`", times, 0.005)
        times = project.measure("plan-sandbox", ["plan"], "7 to create", self.out, form="json", runs=runs, memory=False)
        self.within("`tlm plan` of three agents on the sandbox", times, 0.020)

    def plan_small(self):
        agents = self.size(1_000, 20)
        project, _ = self.fleet(agents)
        times = project.measure(f"plan-{agents}", ["plan"], "No changes", self.out, runs=self.runs)
        self.within(f"no-change `tlm plan`, {self.mix(agents)}", times, 0.100)

    def plan_large(self):
        agents = self.size(100_000, 200)
        project, _ = self.fleet(agents)
        project.generate("yaml")
        for name, words, form, what, seconds, megabytes in (
                ("yaml", ["plan"], "yaml", f"no-change `tlm plan`, {self.mix(agents)}, YAML", 3, 500),
                ("json", ["plan"], "json", "the same from JSON", 2, None),
                ("cached", ["plan", "--refresh=false"], "json", "the same with `--refresh=false`", 1.5, None)):
            times = project.measure(f"plan-{agents}-{name}", words, "No changes", self.out, form=form, runs=self.runs)
            self.within(what, times, seconds, megabytes)

    def million(self):
        agents = self.size(1_000_000, 300)
        project, applies = self.fleet(agents)
        times = project.measure(f"plan-{agents}", ["plan"], "No changes", self.out, runs=self.runs)
        self.within(f"no-change `tlm plan`, {self.mix(agents)}, JSON", times, 20, 3000)
        self.data["million"] = {"apply": applies.median, "plan": times.median, "megabytes": times.megabytes}

    def growth(self):
        """Time and memory at three sizes, each ten times the one before; the last step counts."""
        sizes = self.size((1_000, 10_000, 100_000), (10, 20, 200))
        fleets = [self.fleet(agents) for agents in sizes]
        measured = {"plan": [], "apply": [applies for _, applies in fleets]}
        for name, words, expected in (
                ("plan", ["plan"], lambda _, total: f"No changes: {total} unchanged"),
                ("drift", ["drift"], lambda *_: "No drift"),
                ("show", ["show", "create.json"], lambda _, total: f"{total} to create"),
                ("state list", ["state", "list"], lambda agents, _: f"/agent/agent-{agents - 1} ")):
            for agents, (project, _) in zip(sizes, fleets):
                project.check(words, expected(agents, total_of(project.sizes)))
            measured[name] = [Times() for _ in sizes]
            # The sizes in turns, so that what else the machine does meets all of them.
            for i in range(self.runs):
                for agents, (project, _), times in zip(sizes, fleets, measured[name]):
                    times.add(project.time(f"growth-{name.replace(' ', '-')}-{agents}-{i}", words, self.out))
        self.data["growth"] = {"agents": list(sizes), "works": {
            name: {"seconds": [t.median for t in times], "megabytes": [t.megabytes for t in times]}
            for name, times in measured.items()}}
        parts, met = [], True
        for name, times in measured.items():
            time = times[-1].median / times[-2].median
            memory = times[-1].megabytes / times[-2].megabytes
            parts.append(f"{name} {time:.1f}, {memory:.1f}")
            met = met and time <= 11 and memory <= 11
        self.row(f"growth from {count(sizes[-2])} to {count(sizes[-1])} agents: time, memory", "at most 11 times each",
                 "; ".join(parts), met)

    def rate(self):
        """In turns, so that what else the machine does meets both: tlm, then wrk with what tlm sends."""
        agents = self.size(10_000, 50)
        project = self.project("rate", (agents, 0, 0, max(1, agents // 100)))
        ours, theirs, applies = [], [], Times()
        for i in range(self.runs):
            times, stats = project.measure_apply(f"rate-{i}", self.out, words=["--parallelism", CONNECTIONS])
            # All of the run counts: reading the files, the lists before and after, the report.
            ours.append(stats["writes"] / times.median)
            applies.add(times)
            theirs.append(self.wrk(i, project))
        project.stop()
        ratio = statistics.median(ours) / statistics.median(theirs)
        self.data["rate"] = {"tlm": ours, "wrk": theirs, "ratio": ratio, "apply_seconds": applies.seconds}
        self.row(f"apply of {count(agents)} creates and starts, parallelism {CONNECTIONS}, beside wrk",
                 "80 % of wrk's rate",
                 f"{ratio * 100:.0f} %: {count(round(statistics.median(ours)))} of "
                 f"{count(round(statistics.median(theirs)))} requests/s", ratio >= 0.8)

    def wrk(self, i, project):
        """Requests a second of wrk, which sends creates and starts for about as long as tlm took."""
        seconds = self.size(3, 1)
        say(f"  wrk-{i}")
        with Simulator() as server:
            said = run(["wrk", "-t", 1, "-c", CONNECTIONS, "-d", f"{seconds}s", "-s", ROOT / "tests/bench/wrk.lua",
                        server.url], project.directory, environment(AGAMEMNON_API_KEY=KEY))
            stats = server.stats()
        (self.out / f"wrk-{i}.txt").write_text(said)
        found = re.search(r"requests=(\d+) microseconds=(\d+) refused=(\d+)", said)
        if found is None or int(found[3]) > 0 or stats["agents"] == 0 or stats["duplicates"]["agents"] > 0:
            raise Wrong(f"wrk did not do what it should: {stats}\n{said}")
        return int(found[1]) / int(found[2]) * 1e6

    def link(self):
        agents, parallelism, delay = self.size(10_000, 100), 64, 0.050
        project = self.project("link", (agents, 0, 0, max(1, agents // 100)))
        rates = []
        for i in range(self.runs):
            times, stats = project.measure_apply(f"link-{i}", self.out, "--delay", round(delay * 1000),
                                                 words=["--parallelism", parallelism])
            rates.append(stats["writes"] / times.median)
        project.stop()
        share = statistics.median(rates) * delay / parallelism
        self.data["link"] = {"rates": rates, "share": share}
        self.row(f"apply of {count(agents)} creates and starts over a link of 50 ms, parallelism {parallelism}",
                 f"90 % of {parallelism} requests in 50 ms",
                 f"{share * 100:.0f} %: {count(round(statistics.median(rates)))} requests/s", share >= 0.9)

    def journal(self):
        """Measured within the run, see state_meter.cpp: all that SQLite takes but for the cached snapshot."""
        agents = self.size(10_000, 50)
        project = self.project("journal", (agents, 0, 0, max(1, agents // 100)))
        shares, syncs = [], []
        kept = self.out / "journal-state.json"
        for i in range(self.runs):
            project.start()
            env = project.environment(LD_PRELOAD=str(BUILD / "tests/bench/libtlm_state_meter.so"),
                                      TLM_STATE_METER=str(kept))
            say(f"  journal-{i}")
            times = hyperfine(f"journal-{i}", [TLM, "apply", "--yes", "--quiet", "--workflows", "json"],
                              project.directory, env, self.out, runs=1, memory=False)
            meter = json.loads(kept.read_text())
            if meter["statements"].get("COMMIT", 0) < 3:
                raise Wrong(f"the meter saw no commits of tlm: {meter}")
            shares.append((meter["seconds"] - meter["cache_seconds"]) / times.median)
            syncs.append(meter["sync_seconds"] / times.median)
        project.stop()
        share = statistics.median(shares)
        self.data["journal"] = {"shares": shares, "sync_shares": syncs}
        self.row(f"journal's share of the apply of {count(agents)} creates and starts", "15 %",
                 f"{share * 100:.0f} %, of which {statistics.median(syncs) * 100:.0f} % wait for the disk", share <= 0.15)

    def pages(self):
        # As in the usual mix, and so many agents that it comes to 100,000 changes.
        sizes = self.size((47_620, 4_760, 47_620, 476), (20, 2, 20, 1))
        total = total_of(sizes)
        project = self.project("pages", sizes)
        project.start()
        project.tlm("plan", "--quiet", "--out", "plan.json")
        for form, expected in (("html", "</html>"), ("markdown", "sha256:")):
            times = project.measure(f"show-{form}", ["show", "plan.json", "--format", form], expected, self.out,
                                    runs=self.runs)
            self.within(f"{'HTML' if form == 'html' else 'Markdown'} of a plan of {count(total)} changes", times, 2)
        project.stop()

    # ---- others ----------------------------------------------------------------------------------------------------

    def terraform(self):
        """Terraform's own built-in resource, which talks to nobody, beside agents on a server."""
        program = shutil.which("terraform")
        if program is None:
            say("  no terraform here")
            return
        compared = []
        for resources in [self.size(1_000, 20), *([10_000] if self.terraform_larger else [])]:
            runs = self.runs if resources < 10_000 else 1
            compared.append({"resources": resources, "terraform": self.run_terraform(program, resources, runs),
                             "tlm": self.run_beside_terraform(resources, runs)})
        version = json.loads(run([program, "version", "-json"], self.work, environment(CHECKPOINT_DISABLE="1")))
        self.data["terraform"] = {"version": version["terraform_version"], "compared": compared}

    def run_terraform(self, program, resources, runs):
        directory = self.work / f"terraform-{resources}"
        directory.mkdir()
        (directory / "main.tf").write_text(
            f'resource "terraform_data" "agent" {{\n  count = {resources}\n  input = {{\n'
            '    name        = "agent-${count.index}"\n    model       = "claude-sonnet-4-5"\n'
            '    working_dir = "/srv/work/${count.index}"\n  }\n}\n')
        env = environment(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")
        run([program, "init", "-no-color"], directory, env)
        applies = Times()
        for i in range(runs):
            for state in directory.glob("terraform.tfstate*"):
                state.unlink()
            say(f"  terraform-apply-{resources}-{i}")
            applies.add(hyperfine(f"terraform-apply-{resources}-{i}",
                                  [program, "apply", "-auto-approve", "-no-color", f"-parallelism={CONNECTIONS}"],
                                  directory, env, self.out, runs=1))
        if "No changes" not in run([program, "plan", "-no-color"], directory, env):
            raise Wrong("Terraform has still changes after its apply")
        say(f"  terraform-plan-{resources}")
        plans = hyperfine(f"terraform-plan-{resources}", [program, "plan", "-no-color"], directory, env, self.out,
                          runs=runs)
        return {"apply": applies.median, "plan": plans.median, "plan_megabytes": plans.megabytes}

    def run_beside_terraform(self, resources, runs):
        project = self.project(f"beside-terraform-{resources}", (resources, 0, 0, max(1, resources // 100)))
        applies = Times()
        for i in range(runs):
            times, _ = project.measure_apply(f"beside-terraform-apply-{resources}-{i}", self.out)
            applies.add(times)
        plans = project.measure(f"beside-terraform-plan-{resources}", ["plan"], "No changes", self.out, runs=runs)
        project.stop()
        return {"apply": applies.median, "plan": plans.median, "plan_megabytes": plans.megabytes}

    @staticmethod
    def mix(agents):
        _, teams, tasks, _ = usual_mix(agents)
        return f"{count(agents)} agents + {count(teams)} teams + {count(tasks)} tasks"

    def as_data(self):
        return {"rows": [asdict(row) for row in self.rows], **self.data}


# In the order of the table, by the names that --only takes.
MEASUREMENTS = {
    "start": Bench.start_up,
    "plan-small": Bench.plan_small,
    "plan-large": Bench.plan_large,
    "million": Bench.million,
    "growth": Bench.growth,
    "rate": Bench.rate,
    "link": Bench.link,
    "journal": Bench.journal,
    "pages": Bench.pages,
    "terraform": Bench.terraform,
}
