"""Laws and scores from tables of what was planned and what happened."""
