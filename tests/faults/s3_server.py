"""S3-compatible storage on the desk: moto's server behind TLS, and what a test asks it.

python s3_server.py serve ADDRESS PORT CERTIFICATE KEY
python s3_server.py {make|state|wipe} URL CERTIFICATE
"""

import contextlib
import json
import os
import sys

BUCKET = "darkpool-backups"


def serve(address, port, certificate, key):
    """Answer until somebody ends it."""
    # The bucket stands in the path, whatever the host is called.
    os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"
    from moto.server import main  # noqa: PLC0415 -- only here
    from werkzeug.serving import BaseWSGIServer  # noqa: PLC0415 -- only here

    BaseWSGIServer.shutdown_request = ended
    main(["-H", address, "-p", port, "-c", certificate, "-k", key])


def ended(server, request):
    """Say goodbye as TLS wants it: a connection that is just cut off is an error."""
    with contextlib.suppress(OSError):
        request.settimeout(2)
        request.unwrap()
    server.close_request(request)


def client(url, certificate):
    """Whoever has the server's key."""
    import boto3  # noqa: PLC0415 -- only here

    return boto3.client(
        "s3", endpoint_url=url, verify=certificate, region_name="nyc3",
        aws_access_key_id="server", aws_secret_access_key="secret",
    )  # fmt: skip


def make(storage):
    """The bucket, which keeps what is deleted."""
    storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "nyc3"})
    storage.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def state(storage):
    """Objects that are there, how many of them nobody can read, and versions of all that ever were."""
    there = [one for page in pages(storage, "list_objects_v2") for one in page.get("Contents", [])]
    heads = [storage.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read(8) for one in there]
    versions = [one for page in pages(storage, "list_object_versions") for one in page.get("Versions", [])]
    salted = sum(head == b"Salted__" for head in heads)
    return {"objects": len(there), "salted": salted, "versions": len(versions)}


def wipe(storage):
    """Delete everything that the server's key can delete as the server does."""
    for page in pages(storage, "list_objects_v2"):
        for one in page.get("Contents", []):
            storage.delete_object(Bucket=BUCKET, Key=one["Key"])


def pages(storage, what):
    """All of a long answer."""
    return storage.get_paginator(what).paginate(Bucket=BUCKET)


if __name__ == "__main__":
    word, *given = sys.argv[1:]
    if word == "serve":
        serve(*given)
    else:
        print(json.dumps({"make": make, "state": state, "wipe": wipe}[word](client(*given))))
