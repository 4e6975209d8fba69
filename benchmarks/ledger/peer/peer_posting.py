"""The peer's side: `fill`, or `post <seconds> <seed>`, which waits until it is told to begin.

A post is the package's own `Account.transfer_to` in a transaction, as its documentation has it. It checks no balance and no
key; ours does.
"""

import json
import random
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402

ACCOUNTS = 200  # a tree by mptt: filling thousands takes longer than the run


def fill() -> None:
    for n in range(ACCOUNTS):
        Account.objects.create(name=f"account {n}", code=f"{n:03d}", type=Account.TYPES.liability, currencies=["CNY"])


def post(seconds: float, seed: int) -> None:
    pick = random.Random(seed)
    accounts = list(Account.objects.all())
    _transfer(pick, accounts)
    print("ready", flush=True)
    sys.stdin.readline()
    done, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        _transfer(pick, accounts)
        done += 1
    print(json.dumps({"count": done, "seconds": time.perf_counter() - began}), flush=True)


def _transfer(pick: random.Random, accounts: list[Account]) -> None:
    source, target = pick.sample(accounts, 2)
    with transaction.atomic():
        source.transfer_to(target, Money(pick.randint(1, 500), "CNY"))


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill()
    else:
        post(float(sys.argv[2]), int(sys.argv[3]))
