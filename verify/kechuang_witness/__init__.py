"""见证：a program that a finance or audit bureau runs by itself; it cosigns what only grows, and refuses the rest."""
