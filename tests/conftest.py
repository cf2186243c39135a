"""What holds for every test."""

from hypothesis import settings

# On a busy machine an example may take its time; a test that hangs is ended by pytest-timeout.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
