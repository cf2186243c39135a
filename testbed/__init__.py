"""Droplets on a desk: real systemd servers in containers, for the demo and the tests.

`engine` finds or starts the container engine, `images` builds what containers start from, `droplet` and
`simulator` start one container each, `bed` puts them on one network. Nothing here is used in production.
"""
