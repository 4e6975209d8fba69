"""Outside systems of bookings: the calendars that carriers keep elsewhere."""
