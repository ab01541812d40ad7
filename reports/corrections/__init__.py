"""What is known better now of periods that were sealed, told in the next report."""
