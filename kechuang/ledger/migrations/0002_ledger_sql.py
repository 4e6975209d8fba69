from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "ledger.sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP TRIGGER transfer_append_only ON ledger_transfer; DROP FUNCTION ledger_place; DROP FUNCTION ledger_account_id; DROP TYPE ledger_line; DROP SEQUENCE ledger_account_ordinary;"
            " DROP SEQUENCE ledger_account_budget;",
        )
    ]
