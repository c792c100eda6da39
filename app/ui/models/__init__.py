"""What the screens show: plain view-models fed by patches, and the Qt models that hand them to views."""
