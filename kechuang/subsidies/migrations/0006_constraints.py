import kechuang.subsidies.states
from django.db import migrations, models

# What an import says never changes; how it was judged does.
KEPT = """
CREATE FUNCTION subsidies_conversion_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - ARRAY['state', 'checked_by', 'reason']
            IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'checked_by', 'reason'] THEN
        RAISE EXCEPTION 'subsidies_conversion: what was imported is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conversion_kept BEFORE UPDATE OR DELETE ON subsidies_conversion
    FOR EACH ROW EXECUTE FUNCTION subsidies_conversion_kept();
"""
UNDO = "DROP TRIGGER conversion_kept ON subsidies_conversion; DROP FUNCTION subsidies_conversion_kept();"


class Migration(migrations.Migration):

    dependencies = [
        ('subsidies', '0005_places_carriers_and_checked_results'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='conversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [kechuang.subsidies.states.ConversionState['BROUGHT'], kechuang.subsidies.states.ConversionState['CHECKED'], kechuang.subsidies.states.ConversionState['REJECTED']])), name='conversion_state_listed'),
        ),
        migrations.AddConstraint(
            model_name='conversion',
            constraint=models.CheckConstraint(condition=models.Q(('checked_by', models.F('brought_by')), _negated=True), name='conversion_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='conversion',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'brought'), models.Q(('checked_by', ''), _negated=True), _connector='OR'), name='conversion_checked_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='conversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'brought')), fields=('region', 'year'), name='conversion_waits_alone'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('formula', 'pays_for', 'year'), name='subsidy_of_a_year_once'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('settlement', 'party', 'unit', 'place', 'carrier'), name='statement_once_per_payee'),
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
