"""预约：calendars, slots that never overlap, samples, wait lists; who may use what, when."""
