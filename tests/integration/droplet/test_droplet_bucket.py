"""The bucket for the backups: made once on a real S3 server, keeps what is deleted, and outlives the droplet."""

import boto3
import pytest
from darkpool_do.problems import Problem
from digitalocean import NAME

BUCKET = "backups-of-a-test"


@pytest.fixture
def there(owner):
    """The owner has wished for a bucket and got it."""
    owner.present(spaces_bucket=BUCKET)
    return client(owner)


def client(owner):
    key = (owner.folder / "group_vars/all/spaces_key.yml").read_text()
    access, secret = (line.split(": ")[1] for line in key.splitlines() if line.startswith("vault_spaces"))
    return boto3.client(
        "s3",
        endpoint_url=owner.cloud.spaces,
        region_name="us-east-1",
        aws_access_key_id=access,
        aws_secret_access_key=secret,
    )


@pytest.mark.slow
def test_the_bucket_is_made_once_and_the_key_that_made_it_is_gone(owner):
    outcome = owner.present(spaces_bucket=BUCKET)

    assert f"create Spaces bucket {BUCKET}" in [str(step) for step in outcome.steps]
    assert [key["name"] for key in owner.cloud.state()["spaces_keys"]] == [NAME]
    assert len(owner.cloud.asked("POST /v2/spaces/keys")) == 2
    assert owner.present(spaces_bucket=BUCKET).steps == []


def test_what_is_deleted_or_written_over_can_be_fetched_back(there):
    there.put_object(Bucket=BUCKET, Key="backup", Body=b"the only copy")
    there.put_object(Bucket=BUCKET, Key="backup", Body=b"")
    there.delete_object(Bucket=BUCKET, Key="backup")

    kept = there.list_object_versions(Bucket=BUCKET)["Versions"]
    bodies = [
        there.get_object(Bucket=BUCKET, Key="backup", VersionId=one["VersionId"])["Body"].read()
        for one in kept
    ]
    assert b"the only copy" in bodies
    (rule,) = there.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "Expiration" not in rule


def test_a_key_left_by_a_run_that_died_is_deleted_by_the_next(owner):
    everything = [{"bucket": "", "permission": "fullaccess"}]
    owner.cloud.call("POST", "/v2/spaces/keys", name=f"{NAME}-once", grants=everything)

    owner.present(spaces_bucket=BUCKET)

    assert [key["name"] for key in owner.cloud.state()["spaces_keys"]] == [NAME]


def test_the_bucket_stays_when_the_droplet_goes(owner, there):
    there.put_object(Bucket=BUCKET, Key="backup", Body=b"the only copy")

    owner.absent(spaces_bucket=BUCKET)

    assert owner.cloud.state()["droplets"] == owner.cloud.state()["spaces_keys"] == []
    assert there.get_object(Bucket=BUCKET, Key="backup")["Body"].read() == b"the only copy"


def test_a_region_without_spaces_is_said_to_be_and_leaves_no_key(owner):
    with pytest.raises(Problem, match="droplet_spaces_region"):
        owner.present(spaces_bucket=BUCKET, spaces_url="http://127.0.0.1:9")

    assert owner.cloud.state()["spaces_keys"] == []


def test_a_name_that_spaces_refuses_is_said_and_leaves_no_key(owner):
    with pytest.raises(Problem, match="choose another droplet_spaces_bucket"):
        owner.present(spaces_bucket="x_")

    assert owner.cloud.state()["spaces_keys"] == []
