"""What people do at the desk: one function behind each page and its twin in the API."""
