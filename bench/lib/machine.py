"""What it was measured on, and with what."""

import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import time

from .processes import Failed, run

FSYNCS = 200
# What figures hang on, beside the machine.
MEASURED = ("src", "migrations", "Cargo.toml", "Cargo.lock", "bench/*.rs", "bench/*.lua")


def require_tools() -> None:
    if platform.system() != "Linux":
        raise Failed("this needs Linux: memory is read from /proc")
    if not shutil.which("curl"):
        raise Failed("curl is missing: install the package `curl`")
    if not shutil.which("wrk"):
        raise Failed(
            "wrk is missing: install the package `wrk` (Debian, Ubuntu: apt-get install wrk; Fedora: dnf install wrk), "
            "or build it from https://github.com/wg/wrk"
        )


def machine(folder: pathlib.Path) -> dict[str, str]:
    cpus = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.+)$", cpus, re.MULTILINE)
    return {
        "Processor": f"{os.cpu_count()} cores, {model[1] if model else platform.machine()}",
        "Memory": f"{memory_kilobytes() / 1024**2:.1f} GiB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Disk": f"{disk(folder)}; writing 4 KiB through to it takes {fsync_millis(folder):.2f} ms in the median",
        "Load before": f"{os.getloadavg()[0]:.2f} in the mean of the last minute",
    }


def memory_kilobytes() -> int:
    return int(re.search(r"^MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)[1])


def disk(folder: pathlib.Path) -> str:
    try:
        return run("findmnt", "-no", "SOURCE,FSTYPE", "--target", folder).strip().replace(" ", ", ", 1)
    except Failed:
        return "not known"


def fsync_millis(folder: pathlib.Path) -> float:
    """How long the disk takes to keep a block; rates of writing hang on it."""
    times = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def versions() -> dict[str, str]:
    """Of what is there before anything is started."""
    # The last commit that changed it, so that its results can be committed without being those of another program.
    commit = run("git", "log", "-1", "--format=%h", "--abbrev=12", "--", *MEASURED).strip()
    changed = " with changes" if run("git", "status", "--porcelain", "--", *MEASURED) else ""
    # wrk tells its version as it refuses to do anything else.
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split(" [")[0].removeprefix("wrk ")
    return {
        "Marchline": commit + changed,
        "rustc": run("rustc", "--version").strip().removeprefix("rustc "),
        "wrk": wrk,
    }
