"""What was measured as tables, in docs/performance.md too, and growth as a picture."""

import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from measure.tools import ROOT, Wrong

DOCUMENT = ROOT / "docs/performance.md"
PICTURE = ROOT / "docs/performance-growth.svg"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def seconds_text(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"


def targets_table(results):
    words = {True: "yes", False: "**no**", None: "–"}
    return table(("work", "target", "measured", "met"),
                 [(row["work"], row["target"], row["measured"], words[row["met"]]) for row in results["rows"]])


def machine_text(results):
    machine = results["machine"]
    return (f"Measured on {machine['date']} by `{results['command']}` at commit {machine['commit']}, on "
            f"{machine['cores']} cores of {machine['cpu']} with {machine['memory_gb']} GB of memory, "
            f"Linux {machine['kernel']}.")


def growth_table(results):
    growth = results["growth"]
    sizes = growth["agents"]
    rows = []
    for work, values in growth["works"].items():
        time, memory = values["seconds"], values["megabytes"]
        rows.append((f"`tlm {work}`",
                     *(f"{seconds_text(s)}, {m:.0f} MB" for s, m in zip(time, memory)),
                     f"{time[-1] / time[-2]:.1f}, {memory[-1] / memory[-2]:.1f}"))
    return table(("", *(f"{size:,} agents" for size in sizes), "last step: time, memory"), rows)


def beside_table(results):
    """wrk and Terraform, in the same run."""
    lines = []
    if "rate" in results:
        ours, theirs = (statistics.median(results["rate"][who]) for who in ("tlm", "wrk"))
        lines.append(("requests a second, beside `wrk`", f"{ours:,.0f}", f"{theirs:,.0f}",
                      f"{ours / theirs * 100:.0f} % of its rate"))
    if "terraform" in results:
        version = results["terraform"]["version"]
        for one in results["terraform"]["compared"]:
            for what, words in (("apply", "apply of"), ("plan", "no-change plan of")):
                ours, theirs = one["tlm"][what], one["terraform"][what]
                lines.append((f"{words} {one['resources']:,} resources, beside Terraform {version}",
                              seconds_text(ours), seconds_text(theirs), f"{theirs / ours:.1f} times as fast"))
    return table(("", "tlm", "the other", "tlm is"), lines)


SECTIONS = {"machine": machine_text, "targets": targets_table, "growth": growth_table, "beside": beside_table}


def write(results):
    """Replaces what stands between the document's markers, and the picture."""
    if results["small"]:
        raise Wrong("these are the small sizes, which say nothing")
    if "growth" not in results or "rate" not in results:
        raise Wrong("only some rows were measured, and the document shows them all: run without --only")
    text = DOCUMENT.read_text()
    for name, make in SECTIONS.items():
        pattern = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, part=make(results): f"{match[1]}{part}\n{match[2]}", text)
        if found != 1:
            raise Wrong(f"{DOCUMENT} has {found} places for `{name}`")
    DOCUMENT.write_text(text)
    draw_growth(results, PICTURE)


# Grey text and lines can be read on white and on black.
GNUPLOT = """
set terminal svg size 900,430 font "Helvetica,13" dashed
set output "{output}"
set multiplot layout 1,2
set border 3 lc rgb "#808080"
set tics nomirror tc rgb "#808080"
set grid ytics lc rgb "#808080" lw 0.3 dt 3
set logscale xy
set xrange [{least}*0.7:{most}*1.5]
set xlabel "agents" tc rgb "#808080"
set format x "%.0f"
set xtics ({xtics})
set key bottom right samplen 2 tc rgb "#808080"
guide(x, first) = first * x / {least}
set title "seconds" tc rgb "#808080"
set format y "%g"
set yrange [{shortest}/20:*]
plot {time}
set yrange [*:*]
set title "peak memory, MB" tc rgb "#808080"
set key off
plot {memory}
"""
COLOURS = ("#1f77b4", "#d95f02", "#2ca02c", "#9467bd", "#c51b7d")


def draw_growth(results, path):
    """Both axes are logarithmic: what grows as the fleet does is a straight line that rises by one decade in one."""
    growth = results["growth"]
    sizes = growth["agents"]
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "growth"
        columns = [sizes]
        for values in growth["works"].values():
            columns += [values["seconds"], values["megabytes"]]
        data.write_text("\n".join(" ".join(str(value) for value in line) for line in zip(*columns)) + "\n")

        def curves(first):
            return ", ".join(
                f'"{data}" using 1:{first + 2 * i} title "tlm {work}" with linespoints lw 2 pt 7 ps 0.5 '
                f'lc rgb "{COLOURS[i]}"' for i, work in enumerate(growth["works"]))

        def guide(what):
            # What grows exactly as the fleet does, from where `plan` begins.
            first = growth["works"]["plan"][what][0]
            return f'guide(x, {first}) title "in proportion" with lines dt 2 lc rgb "#808080"'

        script = GNUPLOT.format(output=path.resolve(), least=sizes[0], most=sizes[-1],
                                shortest=min(min(values["seconds"]) for values in growth["works"].values()),
                                xtics=", ".join(f'"{size:,}" {size}' for size in sizes),
                                time=f"{curves(2)}, {guide('seconds')}", memory=f"{curves(3)}, {guide('megabytes')}")
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
    picture = path.read_text().replace("<title>Gnuplot</title>", "<title>Growth of time and memory</title>")
    path.write_text("\n".join(line.rstrip() for line in picture.splitlines() if line.strip()) + "\n")
