from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0007_sealed_registers'),
    ]

    operations = [
        migrations.AddField(
            model_name='complaint',
            name='counted_in',
            field=models.CharField(blank=True, default='', max_length=32),
            preserve_default=False,
        ),
    ]
