"""The discrete-event model of one replication; the only place that knows SimPy."""
