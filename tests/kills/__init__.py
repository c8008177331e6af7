"""Real kills: the desk's own commands and steps, SIGKILLed at every system call by which they change their home."""
