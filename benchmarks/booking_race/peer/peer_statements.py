"""`peer_statements.py`: reads requests as JSON lines [path, session], prints how many SQL statements each asks in NEMO."""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402  Django has to be set up before anything asks the database
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def main(path: str, session: str) -> dict[str, int]:
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = session
    client.get(path)  # what is kept between requests is kept by now
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    return {"status": answer.status_code, "statements": len(asked)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(main(*json.loads(line))), flush=True)
