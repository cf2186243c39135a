"""What a token may is found out by requests that can do nothing."""

import pytest
from darkpool_do import scopes
from darkpool_do.problems import Lost

ALL = sorted(f"{kind}:{deed}" for kind, deed in scopes.needed(scopes.NEEDED))


def test_a_token_that_may_everything_lacks_nothing_and_the_account_is_as_before(owner):
    owner.present()
    before = owner.cloud.state()
    assert scopes.missing(owner.cloud.api(), scopes.NEEDED) == set()
    assert owner.cloud.state() == before


@pytest.mark.parametrize("scope", ALL)
def test_each_scope_that_is_lacking_is_named_and_no_other(owner, scope):
    owner.cloud.switch(scopes_missing=[scope])
    assert scopes.missing(owner.cloud.api(), scopes.NEEDED) == {scope}


def test_a_token_that_may_only_read_lacks_all_that_writes(owner):
    owner.cloud.switch(scopes_missing=[one for one in ALL if not one.endswith(":read")])
    assert scopes.missing(owner.cloud.api()) == scopes.writing()


def test_what_only_some_settings_need_is_asked_for_with_them_only(owner):
    owner.cloud.switch(scopes_missing=["block_storage:create"])
    assert scopes.missing(owner.cloud.api()) == set()
    assert scopes.missing(owner.cloud.api(), {"block_storage"}) == {"block_storage:create"}


@pytest.mark.slow
def test_a_whole_life_takes_no_scope_that_is_not_asked_about(owner):
    owner.present()
    owner.absent()
    asked = {tuple(one.split()) for one in owner.cloud.asked()}
    deeds = {"GET": "read", "POST": "create", "PUT": "update", "DELETE": "delete"}
    paths = {path: kind for kind, (path, _, _) in scopes.NEEDED.items()}
    used = {
        f"{kind}:{deeds[method]}"
        for method, path in asked
        for start, kind in paths.items()
        if path.startswith(start)
    }
    assert len(used) > 15
    assert used - {f"{kind}:{deed}" for kind, deed in scopes.needed()} == set()


def test_an_api_that_is_out_of_order_is_not_taken_for_a_refusal(owner):
    owner.cloud.spoil("http_503", path="/v2/vpcs", times=50)
    with pytest.raises(Lost):
        scopes.missing(owner.cloud.api())
