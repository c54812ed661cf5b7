"""How the shipped networks were made; nothing in the package imports this."""
