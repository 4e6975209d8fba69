"""Forms of bookings: choosing a time, changing a booking, the provider's rules, samples."""
