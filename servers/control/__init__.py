"""What whoever runs the server asks of it while it runs, from the same machine."""
