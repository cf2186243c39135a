"""A sample of `make mutate` in every run: other mutations each day, and a survivor is a hole in the infra tests."""

import datetime as dt
import os

from testbed import mutate, mutations

SAMPLE = 8


def test_what_is_broken_on_the_server_is_noticed_by_the_test_that_is_named_for_it(bed):
    seed = int(os.environ.get("MUTATION_SEED") or dt.datetime.now(dt.timezone.utc).date().toordinal())
    print(f"MUTATION_SEED={seed}")
    chosen = mutations.sample(mutations.all_of_them(), SAMPLE, seed)
    outcomes = list(mutate.examine_all(bed, chosen))
    assert [outcome.line() for outcome in outcomes if outcome.problem] == []
    assert len(outcomes) == SAMPLE
