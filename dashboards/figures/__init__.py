"""One idea per file: each turns a part of the findings into one card, and does nothing else."""
