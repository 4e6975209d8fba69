from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"

# Up to 0.2.0 `ledger_post` came with ledger.sql; it is followed by the functions of the files named here.
BEFORE = "DROP FUNCTION IF EXISTS ledger_post(text[], int[], int[], text[], text[], text[], text[], text[], boolean[], bigint[], bigint[], text[], timestamptz, date);"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_closing_and_speed")]
    operations = [
        migrations.RunSQL(
            BEFORE + "".join((SQL / name).read_text() for name in ("posting.sql", "posting_calls.sql", "combining.sql")),
            "DROP TABLE ledger_waiting;"
            " DROP TRIGGER account_append_only ON ledger_account; DROP TRIGGER closing_append_only ON ledger_closing;"
            " DROP TRIGGER account_is_sound ON ledger_account; DROP TRIGGER transfer_is_sound ON ledger_transfer;"
            " DROP FUNCTION ledger_account_is_sound; DROP FUNCTION ledger_transfer_is_sound;"
            " DROP FUNCTION ledger_post; DROP FUNCTION IF EXISTS ledger_places; DROP FUNCTION ledger_post_one; DROP FUNCTION ledger_resolve_one;"
            " DROP FUNCTION ledger_try_posts; DROP FUNCTION ledger_try_resolutions; DROP FUNCTION ledger_judge;"
            " DROP FUNCTION ledger_moves; DROP FUNCTION ledger_is_open;",
        )
    ]
