"""Past periods judged a second time under a draft."""
