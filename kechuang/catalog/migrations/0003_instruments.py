import django.contrib.postgres.fields
import django.db.models.deletion
import kechuang.catalog.models.instruments
import kechuang.catalog.models.transfers
import kechuang.catalog.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_prices_sql'),
        ('parties', '0003_limits_sql'),
        ('parties', '__first__'),
        ('registers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clearance',
            fields=[
                ('id', models.CharField(default=kechuang.catalog.models.instruments.clearance_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('region', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=16)),
                ('number', models.CharField(max_length=64)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('file_id', models.CharField(blank=True, max_length=32)),
                ('entered_by', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.CharField(default=kechuang.catalog.models.transfers.run_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('region', models.CharField(max_length=12)),
                ('file_id', models.CharField(max_length=32)),
                ('file_name', models.CharField(max_length=200)),
                ('good_rows_only', models.BooleanField()),
                ('dry_run', models.BooleanField()),
                ('by', models.CharField(max_length=32)),
                ('party_id', models.CharField(max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('stage', models.CharField(default=kechuang.catalog.states.ImportStage['QUEUED'], max_length=16)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('expected', models.PositiveIntegerField(default=0)),
                ('added', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('wrong_rows', models.PositiveIntegerField(default=0)),
                ('finding_count', models.PositiveIntegerField(default=0)),
                ('findings', models.JSONField(default=list)),
                ('refusal', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Instrument',
            fields=[
                ('offer', models.OneToOneField(db_column='id', on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='instrument', serialize=False, to='catalog.offer')),
                ('own_number', models.CharField(blank=True, max_length=64)),
                ('source_id', models.CharField(blank=True, max_length=64)),
                ('gs1_code', models.CharField(blank=True, max_length=64)),
                ('english_name', models.CharField(blank=True, max_length=200)),
                ('resource_kind', models.CharField(blank=True, max_length=40)),
                ('resource', models.CharField(blank=True, max_length=200)),
                ('department', models.CharField(blank=True, max_length=100)),
                ('class_version', models.CharField(blank=True, max_length=16)),
                ('source', models.CharField(default=kechuang.catalog.states.Source['OTHER'], max_length=16)),
                ('category', models.CharField(blank=True, max_length=16)),
                ('under_customs', models.BooleanField(default=False)),
                ('original_value_fen', models.BigIntegerField(null=True)),
                ('country', models.CharField(blank=True, max_length=60)),
                ('maker', models.CharField(blank=True, max_length=200)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('booked_on', models.DateField(null=True)),
                ('started_on', models.DateField(null=True)),
                ('retired_on', models.DateField(null=True)),
                ('indicators', models.TextField(blank=True)),
                ('functions', models.TextField(blank=True)),
                ('purpose', models.TextField(blank=True)),
                ('application_area', models.TextField(blank=True)),
                ('subjects', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('funds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list, size=None)),
                ('services', models.CharField(blank=True, max_length=200)),
                ('notice', models.CharField(blank=True, max_length=500)),
                ('charges', models.CharField(blank=True, max_length=500)),
                ('booking_url', models.CharField(blank=True, max_length=310)),
                ('picture_name', models.CharField(blank=True, max_length=130)),
                ('picture', models.CharField(blank=True, max_length=32)),
                ('yearly_hours_hundredths', models.IntegerField(null=True)),
                ('external_hours_hundredths', models.IntegerField(null=True)),
                ('province', models.CharField(blank=True, max_length=40)),
                ('city', models.CharField(blank=True, max_length=40)),
                ('county', models.CharField(blank=True, max_length=40)),
                ('street', models.CharField(blank=True, max_length=200)),
                ('latitude_e6', models.IntegerField(null=True)),
                ('longitude_e6', models.IntegerField(null=True)),
                ('contact', models.CharField(blank=True, max_length=60)),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('mail_address', models.CharField(blank=True, max_length=200)),
                ('postcode', models.CharField(blank=True, max_length=6)),
                ('declaration_number', models.CharField(blank=True, max_length=18)),
                ('declaration_item', models.CharField(blank=True, max_length=2)),
                ('released_on', models.DateField(null=True)),
                ('declared_name', models.CharField(blank=True, max_length=200)),
                ('open_modes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=kechuang.catalog.models.instruments._open_modes, size=None)),
                ('share_mode', models.CharField(default=kechuang.catalog.states.ShareMode['EXTERNAL'], max_length=16)),
                ('run_status', models.CharField(default=kechuang.catalog.states.RunStatus['NORMAL'], max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.CharField(default=kechuang.catalog.models.transfers.key_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('unit_ids', models.JSONField(default=list)),
                ('region', models.CharField(max_length=12)),
                ('name', models.CharField(max_length=60)),
                ('secret_digest', models.CharField(max_length=64)),
                ('made_by', models.CharField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PushToken',
            fields=[
                ('id', models.CharField(default=kechuang.catalog.models.transfers.token_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='import',
            name='import_kind',
        ),
        migrations.RemoveConstraint(
            model_name='offer',
            name='offer_kind',
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [kechuang.catalog.states.OfferKind['SERVICE'], kechuang.catalog.states.OfferKind['INSTRUMENT'], kechuang.catalog.states.OfferKind['CENTRE'], kechuang.catalog.states.OfferKind['FACILITY']])), name='import_kind'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [kechuang.catalog.states.OfferKind['SERVICE'], kechuang.catalog.states.OfferKind['INSTRUMENT'], kechuang.catalog.states.OfferKind['CENTRE'], kechuang.catalog.states.OfferKind['FACILITY']])), name='offer_kind'),
        ),
        migrations.AddField(
            model_name='clearance',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.offer', db_index=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='carrier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.carrier', db_index=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='taken',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.import'),
        ),
        migrations.AddIndex(
            model_name='instrument',
            index=models.Index(fields=['original_value_fen'], name='instrument_by_value'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', [kechuang.catalog.states.Source['PURCHASE'], kechuang.catalog.states.Source['DEVELOPMENT'], kechuang.catalog.states.Source['TRANSFER'], kechuang.catalog.states.Source['DONATION'], kechuang.catalog.states.Source['EXCHANGE'], kechuang.catalog.states.Source['SURPLUS'], kechuang.catalog.states.Source['OTHER']])), name='instrument_source'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ['', kechuang.catalog.states.Category['GENERAL'], kechuang.catalog.states.Category['SPECIAL']])), name='instrument_category'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('share_mode__in', [kechuang.catalog.states.ShareMode['EXTERNAL'], kechuang.catalog.states.ShareMode['INTERNAL'], kechuang.catalog.states.ShareMode['NONE']])), name='instrument_share_mode'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('run_status__in', [kechuang.catalog.states.RunStatus['NORMAL'], kechuang.catalog.states.RunStatus['OCCASIONAL'], kechuang.catalog.states.RunStatus['FREQUENT'], kechuang.catalog.states.RunStatus['REPAIR'], kechuang.catalog.states.RunStatus['SCRAP']])), name='instrument_run_status'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('open_modes__contained_by', ['slot', 'sample', 'training'])), name='instrument_open_modes'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('funds__contained_by', ['own', 'central', 'local', 'other'])), name='instrument_funds'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('original_value_fen__isnull', True), ('original_value_fen__gt', 0), _connector='OR'), name='instrument_value'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude_e6__isnull', True), ('longitude_e6__isnull', True)), models.Q(('latitude_e6__range', (-90000000, 90000000)), ('longitude_e6__range', (-180000000, 180000000))), _connector='OR'), name='instrument_place'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('started_on__isnull', True), ('retired_on__gte', models.F('started_on')), _connector='OR'), name='instrument_life'),
        ),
        migrations.AddField(
            model_name='pushkey',
            name='party',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.party', db_index=False),
        ),
        migrations.AddField(
            model_name='pushtoken',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.pushkey'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [kechuang.catalog.states.ClearanceKind['TAX_PAID'], kechuang.catalog.states.ClearanceKind['NOTICE']])), name='clearance_kind'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='clearance_numbered'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='clearance_period'),
        ),
        migrations.AddConstraint(
            model_name='clearance',
            constraint=models.UniqueConstraint(fields=('offer', 'kind', 'number'), name='clearance_once'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['carrier', '-asked_at'], name='import_run_of_carrier'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', [kechuang.catalog.states.ImportStage['QUEUED'], kechuang.catalog.states.ImportStage['RUNNING'], kechuang.catalog.states.ImportStage['DONE'], kechuang.catalog.states.ImportStage['FOUND'], kechuang.catalog.states.ImportStage['FAILED']])), name='import_run_stage'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', [kechuang.catalog.states.ImportStage['QUEUED'], kechuang.catalog.states.ImportStage['RUNNING']]), ('ended_at__isnull', False), _connector='OR'), name='import_run_ended'),
        ),
        migrations.AddIndex(
            model_name='pushkey',
            index=models.Index(fields=['party', '-made_at'], name='push_key_of_party'),
        ),
    ]
