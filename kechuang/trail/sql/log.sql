-- The log's tables are only added to, by row and by TRUNCATE, whoever asks; the owner must take a trigger off first.
CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON trail_event EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE ON trail_leaf FOR EACH ROW EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER leaf_never_emptied BEFORE TRUNCATE ON trail_leaf EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER node_append_only BEFORE UPDATE OR DELETE ON trail_node FOR EACH ROW EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER node_never_emptied BEFORE TRUNCATE ON trail_node EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER head_append_only BEFORE UPDATE OR DELETE ON trail_head FOR EACH ROW EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER head_never_emptied BEFORE TRUNCATE ON trail_head EXECUTE FUNCTION trail_append_only();
