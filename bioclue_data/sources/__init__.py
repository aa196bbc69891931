"""Source files: fetched or found, verified, and opened safely."""
