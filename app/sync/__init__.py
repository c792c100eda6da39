"""The client's mind: confirmed state, what is pending above it, the link, who is there. Pure."""
