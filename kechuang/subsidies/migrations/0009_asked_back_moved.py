from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0008_asked_back_append_only"), ("claims", "0006_asked_back")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="AskedBack")]),
    ]
