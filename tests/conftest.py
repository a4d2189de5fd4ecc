import os

import pytest
from hypothesis import settings

settings.register_profile("full", max_examples=1000, deadline=None)
settings.register_profile("quick", max_examples=100, deadline=None)
settings.load_profile("full" if os.environ.get("CI") else "quick")


def pytest_xdist_auto_num_workers() -> int:
    """Workers of `-n auto`: two for a core, since those with containers wait for them most of the time."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Those with containers first: they take longest, and the others fill the time in which they wait."""
    items.sort(key=lambda item: item.get_closest_marker("containers") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter):
    """Prints what tests measured: each is a property `figure` of its report, which all workers hand in."""
    reports = [
        each for found in terminalreporter.stats.values() for each in found if getattr(each, "when", "") == "call"
    ]
    figures = [told for each in reports for name, told in each.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
    for figure in figures:
        terminalreporter.write_line(figure)
