"""Tags of service records."""
