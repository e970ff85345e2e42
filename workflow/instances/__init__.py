"""Between engine and database: publish versions, start, lock, restore and save instances, keep task rows right."""

from workflow.instances.held import Held, lock, lock_task, look
from workflow.instances.running import rebuild, start, wake
from workflow.instances.versions import Compiled, check, compiled, current, publish
from workflow.instances.views import InstanceView, may_know, open_instance

__all__ = [
    "Compiled", "Held", "InstanceView", "check", "compiled", "current", "lock", "lock_task", "look", "may_know",
    "open_instance", "publish", "rebuild", "start", "wake",
]  # fmt: skip
