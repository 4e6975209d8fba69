"""风险筛查：rules over facts that are handed in; finds, never decides."""
