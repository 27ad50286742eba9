"""Qt parts; nothing below the window knows them."""
