"""资源目录：carriers, their services and instruments, and what each costs from which day."""
