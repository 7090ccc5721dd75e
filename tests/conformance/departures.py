"""The checks of scim2-tester that do not pass, each with all that is said of it and with the reason why."""

from typing import NamedTuple

# What no schema can say: which groups an instance has, and that only consumers have one. The tester makes up values
# otherwise; its users would be refused, and each refusal would hide all that it meant to check with that user.
USERS = {
    "consumer": {"klueRole": "consumer", "visibilityGroup": "Full Access"},
    "curator": {"klueRole": "curator", "visibilityGroup": None},
}


class Departure(NamedTuple):
    """A check that does not pass, once for each of the users."""

    check: str
    attribute: str
    says: str  # a regular expression
    why: str
    users: tuple[str, ...] = tuple(USERS)


NOT_REMOVED = r"ERROR: PATCH modify\(\) did not remove attribute '\S+'; the answer has "
OTHER_VALUE = r"ERROR: PATCH modify\(\) returned unexpected value for '\S+'\. Patched value: "

DEFAULT = "Role and group have defaults, which come back where they are removed."
FILLED_IN = "`{}` is read-only and filled in by the service; the tester expects back what it sent, and no more."

DEPARTURES = [
    Departure(
        "object_deletion", "",
        r"ERROR: User\S* .* still exists after deletion; active is False",
        "Deletion is deactivation: the user stays readable, with `active: false`.",
    ),
    Departure(
        "check_remove_attribute", "active",
        r"ERROR: .* active cannot be removed: send active: false to deactivate the user\.",
        "A user is active or is not; `active` cannot be unassigned.",
    ),
    Departure(
        "check_remove_attribute", "klueRole",
        NOT_REMOVED + '"consumer"',
        DEFAULT,
    ),
    Departure(
        "check_remove_attribute", "visibilityGroup",
        NOT_REMOVED + '"Full Access"',
        DEFAULT, ("consumer",),
    ),
    Departure(
        "check_remove_attribute", "enterprise extension",
        NOT_REMOVED + r'{"schemas": \[\S*\], "klueRole": "consumer", "visibilityGroup": "Full Access"}',
        DEFAULT,
    ),
    Departure(
        "check_replace_attribute", "name",
        OTHER_VALUE + r"formatted=None family_name='(\S+)' given_name='(\S+)' "
        r"Returned value: formatted='\2 \1' family_name='\1' given_name='\2'; the answer has .*",
        FILLED_IN.format("formatted"),
    ),
    Departure(
        "check_replace_attribute", "emails",
        OTHER_VALUE + r"\[Emails\(value='(\S+)', type='work', primary=None\)\] "
        r"Returned value: \[Emails\(value='\1', type='work', primary=True\)\]; the answer has .*",
        FILLED_IN.format("primary"),
    ),
]
