"""The screens of the window, one a module: they paint what a view-model says, and ask the session for changes."""
