"""Everything a person reads: languages, notices, receipts and the report of the day."""
