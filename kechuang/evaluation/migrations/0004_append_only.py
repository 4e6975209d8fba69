from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_scopes_withdrawals_revocations"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER revocation_append_only BEFORE UPDATE OR DELETE ON evaluation_revocation"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER revocation_append_only ON evaluation_revocation",
        )
    ]
