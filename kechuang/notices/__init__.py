"""公示：public notice, objections, and the gate behind them."""
