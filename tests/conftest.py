"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

# On a busy machine an example may take its time; a test that hangs is ended by pytest-timeout.
settings.register_profile("house", deadline=None)
# Stateful examples of the fault tests take seconds each: few in every run, many where there is time.
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=300,
    stateful_step_count=25,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
