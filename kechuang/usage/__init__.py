"""使用与服务记录：every hour and every service to outsiders, by what evidence, and what it adds up to."""
