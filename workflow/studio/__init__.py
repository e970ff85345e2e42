"""The studio: checks a process, plays its scenarios, publishes it."""

from workflow.instances import publish
from workflow.studio.files import check_files, open_process

__all__ = ["check_files", "open_process", "publish"]
