from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_append_only")]
    operations = [
        migrations.AddIndex(
            model_name="notice", index=models.Index(fields=["-from_on", "-id"], name="notice_by_day")
        ),
    ]
