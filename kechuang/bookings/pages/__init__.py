"""Pages of bookings: an instrument's calendar and its form, one's bookings, the provider's desk, samples, feeds."""
