from procrastinate.contrib.django import app

from kechuang.documents import commands
from kechuang.documents.states import ORPHAN_SECONDS


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="documents.purge", pass_context=False)
def purge_orphans(timestamp: int) -> int:
    """清理: what broken uploads left behind, once a day. Runs twice or late with the same result."""
    return commands.purge(older_than_seconds=ORPHAN_SECONDS)
