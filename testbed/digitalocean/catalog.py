"""What is on sale: facts as the API's own lists had them, as many as the tests need."""

from __future__ import annotations

from typing import Any

REGIONS = {"nyc1": "New York 1", "nyc3": "New York 3", "sfo3": "San Francisco 3", "ams3": "Amsterdam 3"}
# slug: memory in MB, vcpus, disk in GB, price a month and an hour in dollars
SIZES = {
    "s-1vcpu-1gb": (1024, 1, 25, 6.0, 0.00893),
    "s-1vcpu-2gb": (2048, 1, 50, 12.0, 0.01786),
    "s-2vcpu-4gb": (4096, 2, 80, 24.0, 0.03571),
}
# slug: distribution and the test bed's system that plays it
IMAGES = {
    "ubuntu-22-04-x64": ("Ubuntu", "22.04 (LTS) x64", "dressed-ubuntu-22.04"),
    "ubuntu-24-04-x64": ("Ubuntu", "24.04 (LTS) x64", "dressed-ubuntu-24.04"),
    "debian-12-x64": ("Debian", "12 x64", "debian-12"),
    "debian-13-x64": ("Debian", "13 x64", "debian-13"),
}


def region(slug: str) -> dict[str, Any]:
    """Return a region as the API describes it."""
    return {
        "slug": slug,
        "name": REGIONS[slug],
        "available": True,
        "features": ["backups", "ipv6", "metadata", "storage"],
        "sizes": list(SIZES),
    }


def size(slug: str) -> dict[str, Any]:
    """Return a size as the API describes it."""
    memory, vcpus, disk, month, hour = SIZES[slug]
    return {
        "slug": slug,
        "memory": memory,
        "vcpus": vcpus,
        "disk": disk,
        "transfer": 2.0,
        "price_monthly": month,
        "price_hourly": hour,
        "regions": list(REGIONS),
        "available": True,
        "description": "Basic",
    }


def image(slug: str) -> dict[str, Any]:
    """Return an image as the API describes it."""
    distribution, name, _ = IMAGES[slug]
    return {
        "id": 100_000 + list(IMAGES).index(slug),
        "slug": slug,
        "name": name,
        "distribution": distribution,
        "public": True,
        "type": "base",
        "status": "available",
        "regions": list(REGIONS),
        "min_disk_size": 7,
        "size_gigabytes": 0.6,
        "created_at": "2025-01-01T00:00:00Z",
    }
