"""Lets `python -m generator` do what the console script `meshmark` does."""

import sys

from generator.cli import main

if __name__ == "__main__":
    sys.exit(main())
