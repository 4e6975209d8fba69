"""Outside ways in: sign-in by name and password, tickets of 浙江政务网."""
