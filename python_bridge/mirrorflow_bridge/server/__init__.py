"""The server: its endpoint and keys, the loop, and the operations of each client."""
