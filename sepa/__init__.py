"""A SEPA clearing desk: claim, read, decide, seal, emit."""
