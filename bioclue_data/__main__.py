"""`python -m bioclue_data` is the command `bioclue`."""

from bioclue_data.cli import main

main()
