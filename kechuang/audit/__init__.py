"""审计：an auditor's tasks, looks, samples and evidence packs. It reads every room and writes only its own rows."""
