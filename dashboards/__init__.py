"""Findings in, offline pages out: Plotly figures with their words, their tables and their intervals."""
