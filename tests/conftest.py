"""What holds for every test: a property is never wrong because the machine was slow."""

from hypothesis import settings

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")
