"""The scenario, resolved: physics looked up, masses closed, windows tabled, needs ordered."""
