"""Which days count: the bank's own, and the clearing's."""

from sepa.model.profile import Profile
from sepa.scheme.calendar import WorkingDays, working_days


def bank_days(profile: Profile) -> WorkingDays:
    """The working days of the bank itself: receipt, lead times, consents, on-us bookings (DAT-06, A-28)."""
    return working_days(profile.calendar.working_day_basis, profile.calendar.national)


def settlement_days(profile: Profile) -> WorkingDays:
    """The days on which money moves between banks: the bank's working days on which TARGET is open too."""
    basis = profile.calendar.working_day_basis
    between_banks = "target_and_national" if basis == "national" else basis
    return working_days(between_banks, profile.calendar.national)
