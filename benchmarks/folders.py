"""A new folder for a benchmark's own server, gone afterwards with all that lies in it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kechuang.site import database


@contextmanager
def own_folder(name: str = "bench") -> Iterator[Path]:
    """Empty, and removed afterwards. Its server is ended also while this process itself still holds it: nobody else would."""
    folder = Path(tempfile.mkdtemp(prefix=f"kechuang-{name}-"))
    try:
        yield folder
    finally:
        server = database.Server(folder)
        server.stop()
        if server.seen_as.is_symlink():
            shutil.rmtree(server.data.parent, ignore_errors=True)
        for left in (server.socket, folder):
            shutil.rmtree(left, ignore_errors=True)
