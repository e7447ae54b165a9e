"""Turn arrays of outcomes into numbers with their intervals; open no file."""
