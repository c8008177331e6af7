"""What was sent and what we make of it. Frozen records, no behaviour that reaches outside."""
