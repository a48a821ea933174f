"""The law as data: typed, frozen specs read from TOML; a file that does not hold together is refused."""
