-- What was sealed is neither changed nor taken away; nor are transfers emptied all at once.
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal FOR EACH ROW EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER seal_never_emptied BEFORE TRUNCATE ON ledger_seal EXECUTE FUNCTION trail_append_only();
