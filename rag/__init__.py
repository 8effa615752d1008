"""The upper layer: answering with the notes. It may import kg, and imports nothing here: a command pays for what it uses."""
