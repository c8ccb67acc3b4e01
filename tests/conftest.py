"""What every test stands on."""

pytest_plugins = ["tests.no_skips_under_ci", "tests.postgres", "pytester"]
