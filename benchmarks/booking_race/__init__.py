"""Booking under a race, a busy week and a long list: kechuang and NEMO alternately, on one PostgreSQL."""
