"""Many replications: where they run, where they are kept, and how they are read back."""
