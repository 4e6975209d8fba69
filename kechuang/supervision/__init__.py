"""监管：what happens after the payout: case files, suspension, clawback, spot checks, complaints, sanctions."""
