"""What others published and what has already happened, replayed and predicted: ours beside theirs."""
