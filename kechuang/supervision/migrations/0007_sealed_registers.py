from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0006_receipts'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='redrawn',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='plan',
            name='seed_pattern',
            field=models.CharField(default='## ## ## ## ## ## + ##', max_length=60),
        ),
        migrations.RemoveConstraint(
            model_name='planfile',
            name='plan_file_kind_listed',
        ),
        migrations.AddConstraint(
            model_name='planfile',
            constraint=models.CheckConstraint(
                condition=Q(kind__in=['register', 'result', 'full']), name='plan_file_kind_listed'
            ),
        ),
    ]
