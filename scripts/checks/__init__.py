"""What make doctor looks at, a room for each side: this machine, DigitalOcean, the vendor, the server."""
