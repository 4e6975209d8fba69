"""试点年：a year played by all roles through the commands, and large volumes for measuring."""
