"""What a period's figures say: sections in the order a leader reads, and the sentences that state what was found."""
