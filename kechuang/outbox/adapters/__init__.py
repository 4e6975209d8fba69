"""Ways to reach people outside the platform."""
