"""A sample of `make mutate` in every run: other mutations each day, and a survivor is a hole in the infra tests."""

import datetime as dt
import os
import subprocess
import sys

SAMPLE = "5"


def test_what_is_broken_on_the_server_is_noticed_by_the_test_that_is_named_for_it(bed):
    seed = os.environ.get("MUTATION_SEED") or str(dt.datetime.now(dt.timezone.utc).date().toordinal())
    words = [sys.executable, "-m", "testbed.mutate", "--name", bed.name, "--sample", SAMPLE, "--seed", seed]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    print(f"MUTATION_SEED={seed}\n{done.stdout}{done.stderr}")
    assert done.returncode == 0
    assert f"{SAMPLE} mutations, {SAMPLE} noticed and undone" in done.stdout
