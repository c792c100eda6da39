"""The server's database: its log and state, one narrow interface, several stores."""
