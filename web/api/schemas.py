"""Shapes of the JSON interface. Instants are ISO 8601 in UTC, texts of ours stand in both languages."""

from marshmallow import RAISE, Schema, fields, validate


class Strict(Schema):
    """A body: what is not known is refused, a slip must not pass as if it had been heard."""

    class Meta:
        unknown = RAISE


class Text(Schema):
    """A text in both languages."""

    zh = fields.String()
    en = fields.String()


class Values(Strict):
    """The values of a form, nested as its field names say: {"referral": {"reasons": ["finance"]}}."""

    values = fields.Dict(keys=fields.String(), required=True)


class Tab(Schema):
    """Which list of the inbox."""

    tab = fields.String(load_default="mine", validate=validate.OneOf(("mine", "claimable")))


class Opened(Schema):
    """A referral that has arrived."""

    case_id = fields.UUID()
    number = fields.String(attribute="case_number")
    level = fields.String(allow_none=True, metadata={"description": "L-TRIAGE"})
    due_at = fields.AwareDateTime(allow_none=True)


class Sent(Schema):
    """A referral that was sent; the name is masked."""

    case_id = fields.UUID()
    number = fields.String(attribute="case_number")
    subject = fields.String()
    state = fields.String()
    level = fields.String(allow_none=True)
    step = fields.Nested(Text, allow_none=True)
    opened_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime(allow_none=True)
    task_id = fields.UUID(attribute="to_do", allow_none=True, metadata={"description": "what waits there for you"})


class SentList(Schema):
    """The referrals sent, newest first."""

    referrals = fields.List(fields.Nested(Sent))


class InboxTask(Schema):
    """A task in a list; the name is masked."""

    task_id = fields.UUID()
    step = fields.Nested(Text)
    process = fields.Nested(Text)
    case_id = fields.UUID()
    case_number = fields.String()
    subject = fields.String()
    level = fields.String(allow_none=True)
    state = fields.String()
    due_at = fields.AwareDateTime(allow_none=True)
    due_group = fields.String()
    priority = fields.Integer()
    waiting_since = fields.AwareDateTime()
    claimed_by = fields.String(allow_none=True)
    role = fields.String()
    organisation = fields.Nested(Text)


class Inbox(Schema):
    """One tab, the most pressing first, and how many stand in each."""

    tasks = fields.List(fields.Nested(InboxTask))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class Option(Schema):
    """An answer to choose."""

    value = fields.String()
    label = fields.Nested(Text)


class FormField(Schema):
    """A visible part of a form; `name` is its place in `values`, absent for headings."""

    name = fields.String()
    kind = fields.String()
    label = fields.Nested(Text)
    hint = fields.Nested(Text, allow_none=True)
    required = fields.Boolean()
    information_class = fields.String(metadata={"description": "P0 to P4"})
    value = fields.Raw(allow_none=True)
    options = fields.List(fields.Nested(Option))
    columns = fields.List(fields.Nested(lambda: FormField()))


class TaskPage(Schema):
    """A task with its form, filled with the draft; `next_steps` says what may come."""

    task = fields.Nested(InboxTask)
    may_claim = fields.Boolean()
    may_release = fields.Boolean()
    may_complete = fields.Boolean()
    form = fields.List(fields.Nested(FormField))
    next_steps = fields.List(fields.Nested(Text))


class Done(Schema):
    """What came of completing: the steps open now, and whether the process has ended."""

    case_id = fields.UUID()
    case_number = fields.String()
    opened = fields.List(fields.Nested(Text))
    finished = fields.Boolean()
    overwritten = fields.List(fields.Nested(Text))


class CaseHead(Schema):
    """A case; the name is masked in lists."""

    case_id = fields.UUID()
    number = fields.String()
    subject = fields.String()
    sex = fields.String(allow_none=True)
    age = fields.Integer(allow_none=True)
    state = fields.String()
    level = fields.String(allow_none=True)
    organisation = fields.Nested(Text)
    ward = fields.Nested(Text)
    responsible = fields.String(allow_none=True)
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.String(allow_none=True)


class CaseList(Schema):
    """The cases you work on, newest first."""

    cases = fields.List(fields.Nested(CaseHead))


class Row(Schema):
    """One line of an entry as you may read it."""

    label = fields.Nested(Text)
    kind = fields.String()
    value = fields.Raw(allow_none=True)


class EntryPage(Schema):
    """One submitted form."""

    entry_id = fields.UUID()
    title = fields.Nested(Text)
    by = fields.String(allow_none=True)
    at = fields.AwareDateTime()
    rows = fields.List(fields.Nested(Row))


class TimelineItem(Schema):
    """One line of the history."""

    at = fields.AwareDateTime()
    who = fields.String(allow_none=True)
    text = fields.Nested(Text)


class CasePage(Schema):
    """A case file within your rights."""

    case = fields.Nested(CaseHead)
    entries = fields.List(fields.Nested(EntryPage))
    timeline = fields.List(fields.Nested(TimelineItem))
    tasks = fields.List(fields.Nested(InboxTask))


class Service(Schema):
    """A service of the directory (Open Referral HSDS names)."""

    service_id = fields.UUID()
    organisation = fields.Nested(Text)
    name = fields.Nested(Text)
    field = fields.String()
    eligibility = fields.String()
    minimum_age = fields.Integer(allow_none=True)
    maximum_age = fields.Integer(allow_none=True)
    schedule = fields.String()
    capacity = fields.String()
    vacancy = fields.Integer(allow_none=True)
    assured_on = fields.Date(allow_none=True)


class ServiceList(Schema):
    """Services that are active."""

    services = fields.List(fields.Nested(Service))


class ServiceQuery(Schema):
    """Which services."""

    field = fields.String(load_default=None, metadata={"description": "L-FIELD"})
