from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilot", "0001_initial")]

    operations = [
        migrations.AddField(model_name="run", name="moved_days", field=models.IntegerField(default=0)),
    ]
