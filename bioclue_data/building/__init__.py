"""From records and source files to a built folder."""
