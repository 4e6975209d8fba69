from django.db import migrations

# Of installations whose tables were made before: indexes by how a key begins, which the house's own backend makes no more, and
# those of one column with which another index, over all rows, begins too. New tables are made without either.
DROP = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
        WHERE c.relnamespace = current_schema()::regnamespace AND i.indnatts = 1
            AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indisunique
            AND (
                c.relname LIKE '%\\_like' AND pg_get_indexdef(i.indexrelid) ~ '(varchar|text)_pattern_ops'
                OR EXISTS (
                    SELECT FROM pg_index o JOIN pg_class d ON d.oid = o.indexrelid WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid
                        AND o.indkey[0] = i.indkey[0] AND o.indclass[0] = i.indclass[0] AND o.indpred IS NULL
                        AND o.indisvalid AND (o.indnatts > 1 OR o.indisunique
                            OR c.relname ~ '_[0-9a-f]{8}$' AND d.relname !~ '_[0-9a-f]{8}$')  -- named by Django, and by us
                )
            )
    LOOP
        EXECUTE 'DROP INDEX ' || name;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("trail", "0004_log_sql")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
