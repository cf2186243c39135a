"""DigitalOcean's API on loopback: it keeps an account, and a droplet that is created is a container that starts."""
