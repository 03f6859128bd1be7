"""The learning loop on the service's store: decisions out, candidates in, quality and drift in between."""
