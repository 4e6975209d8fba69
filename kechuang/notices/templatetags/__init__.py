"""Words of notices for templates."""
