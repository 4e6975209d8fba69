from django.db import migrations

TABLES = {
    "invoice_append_only": "claims_invoice",
    "invoice_line_append_only": "claims_invoiceline",
    "forfeit_append_only": "claims_forfeit",
}


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            f"DROP TRIGGER {name} ON {table}",
        )
        for name, table in TABLES.items()
    ]
