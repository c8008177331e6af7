"""Facts that others publish: calendars, identifiers, countries, codes. Nothing here knows a bank."""
