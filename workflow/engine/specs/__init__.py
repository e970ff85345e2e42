"""What the nodes of a diagram do: SpiffWorkflow's task specifications with our behaviour."""
