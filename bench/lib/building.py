"""How long those wait who build it."""

import os
import pathlib
import shutil
import time

from .load import Figures
from .processes import run


def measure(folder: pathlib.Path) -> Figures:
    """A clean release build, and a check behind an edit, of what is committed."""
    tree, target = folder / "tree", folder / "target"
    tree.mkdir()
    run("git", "archive", "--output", folder / "tree.tar", "HEAD")
    run("tar", "-x", "-f", folder / "tree.tar", "-C", tree)

    def cargo(*command: str) -> float:
        started = time.perf_counter()
        run(os.environ.get("CARGO", "cargo"), *command, "--locked", cwd=tree, CARGO_TARGET_DIR=str(target))
        return time.perf_counter() - started

    # What is not there yet is fetched, which is no part of building.
    cargo("fetch")
    release = cargo("build", "--release")
    cargo("check")
    checks = []
    for _ in range(3):
        with (tree / "src/index/mod.rs").open("a") as file:
            file.write("// An edit.\n")
        checks.append(cargo("check"))
    # They take gigabytes, which others will want.
    shutil.rmtree(tree)
    shutil.rmtree(target, ignore_errors=True)
    return {"release": release, "checks": checks}
