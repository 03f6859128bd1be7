"""The desk: server-rendered pages for triage staff, on the service's own store, access and audit."""
