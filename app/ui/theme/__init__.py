"""How the window looks: colours, letters, icons and motion."""
