"""One module per command: arguments in, text out; decisions are made elsewhere."""
