"""Benchmark of the build: rows/s, MB/s of source and peak memory, per dataset and in all.

Every build runs in a process of its own, so that its peak memory (the sum over it and its workers, sampled
every 20 ms) is its own. `--streaming` measures a generated JSONL source of 1× and 20× the size instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bioclue_data.records import catalogue


def children(pid: int) -> list[int]:
    """The process and everything below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(p for child in below for p in children(int(child)))]


def resident(pid: int) -> int:
    """Bytes in memory of a process and its children; a page that several share counts once (PSS)."""
    total = 0
    for each in children(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def measured(arguments: list[str]) -> tuple[float, int, str]:
    """Seconds, peak resident bytes and standard output of one `bioclue` call."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "bioclue_data", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0]
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: exit code {process.returncode}")
    return time.perf_counter() - started, peak, output


def build(names: list[str], jobs: int, options: list[str]) -> dict[str, float]:
    """One build; its figures."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["build", *names, "--out", f"{folder}/bioclue", "--json", "--jobs", str(jobs), *options]
        seconds, peak, output = measured(arguments)
    manifest = json.loads(output)["datasets"]
    rows = sum(table["rows"] for built in manifest.values() for table in built["tables"])
    source = sum(size for built in manifest.values() for size, _ in built["sources"].values())
    return {"seconds": seconds, "rows": rows, "source_mb": source / 1e6, "peak_mb": peak / 1e6}


def show(name: str, facts: dict[str, float]) -> None:
    """One line of the table."""
    seconds = facts["seconds"]
    print(
        f"{name:24} {facts['rows']:9.0f} rows {facts['source_mb']:8.1f} MB {seconds:7.1f} s "
        f"{facts['rows'] / seconds:9.0f} rows/s {facts['source_mb'] / seconds:6.2f} MB/s "
        f"{facts['peak_mb']:7.0f} MB peak"
    )


RECORD = """
id = "generated"
name = "generated"
tasks = ["qa"]
language = "zh-Hans"
domain = "consumer"
citation = "unknown"
licence = { id = "unknown", read_on = "unknown" }
access = "open"
splits = { origin = "none", train = { file = "generated.jsonl" } }
read = { format = "jsonl", id = "#", columns = { question = "q", answers = [{ text = "a" }] } }
"""


def streaming(rows: int) -> None:
    """Peak memory on a JSONL source, and on one that is 20 times larger."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "records", "generated")
        record.mkdir(parents=True)
        (record / "dataset.toml").write_text(RECORD, encoding="utf-8")
        source = Path(folder, "manual", "generated")
        source.mkdir(parents=True)
        for times in (1, 20):
            with (source / "generated.jsonl").open("w", encoding="utf-8") as file:
                for number in range(rows * times):
                    line = {"q": f"编写的问题{number}：膝盖发蓝怎么办？", "a": f"编写的回答{number}，" * 8}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            options = ["--manual", f"{folder}/manual", "--records", f"{folder}/records", "--offline"]
            show(f"generated, {times} x", build(["generated"], 1, options))


def main() -> None:
    """Build every dataset that is at hand alone, then all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="datasets; none: every verified one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--together", action="store_true", help="only all together")
    parser.add_argument("--streaming", type=int, metavar="ROWS", help="a generated source instead")
    arguments = parser.parse_args()
    if arguments.streaming:
        streaming(arguments.streaming)
        return
    real = Path(os.environ.get("BIOCLUE_REAL_DATA", Path.home() / ".cache/bioclue/real-data"))
    options = ["--mirror", str(real / "mirror"), "--manual", str(real / "manual"), "--offline"]
    records = [entry.record for entry in catalogue.load().entries.values()]
    names = arguments.names or [record.id for record in records if record.status == "verified"]
    for name in () if arguments.together else names:
        show(name, build([name], 1, options))
    show(f"together, {arguments.jobs} jobs", build(names, arguments.jobs, options))


if __name__ == "__main__":
    main()
