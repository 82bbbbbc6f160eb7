"""The app's rows in PostgreSQL, on the host or a managed one: who asks for them, and what there are."""
