"""Simulate the International Lunar Research Station's programme and say, with reasons, when it will stand."""

__version__ = "0.1.0"
