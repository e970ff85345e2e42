"""Time: the working-day calendar, and the worker that wakes what is due (in `workflow.clock.worker`)."""

from workflow.clock.calendar import due_group, is_workday, moment, working_days_after

__all__ = ["due_group", "is_workday", "moment", "working_days_after"]
