"""The demo's made-up studio: a private server, sample content, and a simulated teammate; it knows no window."""
