"""django-hordak, double entry in Django from PyPI, in an environment of its own; its own way to post one transfer."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.booking_race.cluster import ROOT, Cluster
from benchmarks.booking_race.target import Process, printed
from benchmarks.ledger import callers
from benchmarks.rows import CannotMeasure
from kechuang.site import database

HERE = Path(__file__).parent
LOCK, PEER = HERE / "requirements.txt", HERE / "peer"
NAME = "django-hordak 2.0.0"


@dataclass(frozen=True, slots=True)
class Hordak:
    """Its tables, migrated and filled with accounts."""

    python: Path
    surroundings: Mapping[str, str]

    def rate(self, processes: int, seconds: float) -> float:
        """Transfers per second, one per call, each process on its own connection."""
        commands = [[str(self.python), "peer_posting.py", "post", str(seconds), str(seed)] for seed in range(processes)]
        return callers.rate(NAME, commands, self.surroundings, PEER)


def installed(progress: Callable[[str], None]) -> Path:
    """The interpreter of an environment that holds exactly what the lock names; kept for the next run."""
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = ROOT / ".kechuang" / "bench" / f"hordak-{digest}"
    python = folder / "bin" / "python"
    if (folder / "whole").exists():
        return python
    progress(f"installing {NAME} from its package")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(folder)
    way = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
    done = subprocess.run([str(part) for part in way], env={**os.environ}, capture_output=True, text=True)
    if done.returncode:
        raise CannotMeasure(
            f"{NAME} could not be installed from {LOCK.relative_to(ROOT)}: {done.stderr.strip()[-800:]}"
        )
    (folder / "whole").touch()
    return python


def filled(cluster: Cluster, python: Path) -> Hordak:
    """A database of its own with as many accounts as ours is asked over."""
    cluster.make("hordak")
    surroundings = {
        "PEER_DATABASE": json.dumps({"NAME": "hordak", "USER": database.OWNER, "HOST": _host(cluster)}),
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "PYTHONPATH": str(PEER),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    migrate = [str(python), "-m", "django", "migrate", "--verbosity", "0"]
    printed(NAME, Process(migrate, surroundings, PEER))
    printed(NAME, Process([str(python), "peer_posting.py", "fill"], surroundings, PEER))
    return Hordak(python, surroundings)


def _host(cluster: Cluster) -> str:
    return str(database.Server(cluster.folder).socket)
