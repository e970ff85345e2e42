"""One blueprint a module. A view loads, calls one use case and answers; anything more belongs in `workflow`."""
