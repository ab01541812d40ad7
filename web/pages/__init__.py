"""The pages: each module the addresses of one of them."""
