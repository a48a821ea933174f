"""A practice season: people, rounds and dossiers, brought to every state by the real actions."""
