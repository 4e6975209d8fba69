from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("trail", "0002_events_sql")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER item_append_only BEFORE UPDATE OR DELETE ON notices_item"
            " FOR EACH ROW EXECUTE FUNCTION trail_append_only()",
            "DROP TRIGGER item_append_only ON notices_item",
        )
    ]
