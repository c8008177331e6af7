"""The shell: claim, read, decide, seal, emit, against a real home. Command and DAGs call these, nothing else."""
