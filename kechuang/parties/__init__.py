"""主体：regions, organisations, makers, people, offices, bank accounts, sign-in."""
