"""Lets `python -m generator` do what the console script `meshmark` does."""

from generator.cli import command

if __name__ == "__main__":
    command()
