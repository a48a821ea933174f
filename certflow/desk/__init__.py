"""What a person starts from: my work, navigation, and the list of all pages."""
