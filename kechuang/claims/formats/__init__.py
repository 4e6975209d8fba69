"""Tables from before this platform."""
