"""The weekly scan: the whole book scored, its matters grouped, and what the week found, published as one folder."""
