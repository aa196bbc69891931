"""What is generated for readers: cards and reference pages."""
