"""How fast the inbox answers, from a thousand to a hundred thousand stored petitions, on both databases."""
