"""The client's shell: one account on one server, its sockets, timers, files and secrets."""
