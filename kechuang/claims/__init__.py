"""兑付：a provider asks for the voucher's money; evidence, confirmation, notice, payout."""
