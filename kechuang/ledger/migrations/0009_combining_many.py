from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"

# Up to 0.2.0 `ledger_combine` answered one at a time; it came with combining.sql.
BEFORE = "DROP FUNCTION IF EXISTS ledger_combine(bigint, int);"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_subsidy_clawback")]
    operations = [
        migrations.RunSQL(
            BEFORE
            + "".join((SQL / name).read_text() for name in ("places.sql", "posting_calls.sql", "combining_calls.sql")),
            "DROP FUNCTION ledger_combine(bigint[], int);",
        )
    ]
