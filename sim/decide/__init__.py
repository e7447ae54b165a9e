"""What should be done: networks, manifests, schedules, packages of levers; with a proven bound or a stated risk."""
