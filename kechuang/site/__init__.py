"""Settings, addresses, middleware, the API assembled, the command line, our own PostgreSQL."""
