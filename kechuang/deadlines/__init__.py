"""时限：statutory clocks in working days or days, suspension, escalation."""
