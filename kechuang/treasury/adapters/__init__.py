"""Outside payment systems: the protocol of a bank, and a stand-in named as one."""
