from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER draft_text_append_only BEFORE UPDATE OR DELETE ON cockpit_drafttext"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER draft_text_append_only ON cockpit_drafttext",
        )
    ]
