"""What the service does, without HTTP: use cases, the engine, forms, the clock."""
