"""Is a document the sealed one, and where does it say something else?"""
