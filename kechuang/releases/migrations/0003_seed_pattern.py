from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0002_releases_sql")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="seed_pattern",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
    ]
