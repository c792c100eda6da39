"""The server's mind: what a change becomes, who may see it, who is there. Pure."""
