"""Our own promise broken: never a customer's mistake, never retried, always a stop."""


class BrokenPromise(Exception):
    """Something that must always hold does not. Nothing may go on; a person must look."""
