"""`make faults`: what becomes of reminders when something fails, with real processes."""
