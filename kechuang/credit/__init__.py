"""信用：commitments, and facts about organisations and people from imported lists."""
