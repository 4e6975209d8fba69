"""Outside systems of an order: the e-seal and the payment channel, each with a stand-in named as one."""
