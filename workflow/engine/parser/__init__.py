"""Turns BPMN files into task specifications, with SpiffWorkflow's parser classes and our reading of the vocabulary."""
