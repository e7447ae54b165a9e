"""What the user wrote: read, layered, validated, with the origin of every value."""
