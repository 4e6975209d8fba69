"""服务订单：询价、报价、下单、服务、交付、验收、结算；every order explains its figures."""
