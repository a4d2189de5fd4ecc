import os

from hypothesis import settings

settings.register_profile("full", max_examples=1000, deadline=None)
settings.register_profile("quick", max_examples=100, deadline=None)
settings.load_profile("full" if os.environ.get("CI") else "quick")
