"""How property tests draw: the same examples in every `poe check`, so that a landed commit stays green; fresh ones, and
many more, in `poe fuzz`. What a fresh one finds becomes an `@example` of its test.
"""

from hypothesis import HealthCheck, settings

# Time is no measure here: a loaded machine is slow, and a test that hangs is stopped by pytest-timeout.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("check", _PATIENT, derandomize=True, database=None)
settings.register_profile("fuzz", _PATIENT, max_examples=2000, print_blob=True)
settings.load_profile("check")


def examples(count: int) -> settings:
    """Draw `count` examples in a check where others draw 100, and as many times more in `poe fuzz`."""
    usual, current = settings.get_profile("default").max_examples, settings().max_examples
    return settings(max_examples=count * current // usual)
