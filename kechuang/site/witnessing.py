"""模拟见证方（替身）: a witness that a demonstration runs for itself, to show what one does.

It proves nothing to anybody: a witness is worth what its distance from the platform is worth. Real ones are run by other
bodies, from `kechuang-witness` (docs/guides/witness.md).
"""

import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from kechuang_witness.cli import key_in
from kechuang_witness.serving import server
from kechuang_witness.watching import Witness

from kechuang.site import processes
from kechuang.site.processes import say

KEY_NAME = "stand-in.localhost/witness"


def stand_in(log_url: str, port: int, every: float) -> None:
    """Makes its key, names itself in this installation's policy, and looks until it is stopped; then it is named no more."""
    processes.start_django()
    processes.require_migrated()
    from django.conf import settings

    from kechuang.trail.adapters.signing import signer
    from kechuang.trail.states import STAND_IN_WITNESS

    policy, folder, log = Path(settings.LOG_POLICY), Path(settings.DATA) / "witness", signer().key
    if policy.exists() and f"witness {STAND_IN_WITNESS} " not in policy.read_text(encoding="utf-8"):
        sys.exit(
            f"信任策略 {policy} 已写明见证方，不需要替身 · the policy names witnesses already, no stand-in is needed"
        )
    witness = Witness(folder, KEY_NAME, key_in(folder, KEY_NAME), log, log_url)
    answers = server(witness, "127.0.0.1", port)
    threading.Thread(target=answers.serve_forever, daemon=True).start()
    lines = f"log {log}\nwitness {STAND_IN_WITNESS} {witness.key} http://127.0.0.1:{answers.server_port}\n"
    policy.write_text(f"{lines}quorum {STAND_IN_WITNESS}\n", encoding="utf-8")
    say(f"{STAND_IN_WITNESS}（替身） · a stand-in witness of {log_url}；Ctrl-C 停止 · stops")
    try:
        _look(witness, every)
    except KeyboardInterrupt:
        say("\n正在停止 · stopping")
    finally:
        policy.unlink(missing_ok=True)
        answers.shutdown()


def _look(witness: Witness, every: float) -> NoReturn:
    """Each round a look at the log, and the platform hears at once what was said."""
    from kechuang.trail.commands import hear
    from kechuang.ui import clock

    before = None
    while True:
        said = witness.look(int(time.time()))
        with processes.present():
            hear(now=clock.now())
        if (said.state, said.size, said.reason) != before:
            say(f"{said.state:<9} size {said.size}  {said.reason}".rstrip())
            before = (said.state, said.size, said.reason)
        time.sleep(every)
