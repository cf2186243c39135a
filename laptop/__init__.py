"""What the owner's commands do on the laptop before and after Ansible: describe a server, reach it, look at it."""
