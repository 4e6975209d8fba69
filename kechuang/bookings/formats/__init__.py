"""Outside formats of bookings: calendars of other systems, ours for theirs."""
