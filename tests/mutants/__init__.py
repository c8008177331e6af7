"""Guards of the desk switched off, one at a time; each must be missed by the test that is named beside it."""
