"""What a droplet and its surroundings should be, and how DigitalOcean is brought there. Runs on the laptop."""
