"""`python3 -m web`: run the service until SIGTERM."""

import os
import sys

from web import logs
from web.app import create_app
from web.phase import Lifecycle
from web.server import DrainingServer
from web.settings import Settings


def main() -> None:
    """Read the environment, serve, and return when drained.

    Raises:
        SystemExit: a setting is wrong; the message says which.
    """
    try:
        settings = Settings.from_environment(os.environ)
    except ValueError as error:
        sys.exit(str(error))
    logs.configure(settings.version)
    lifecycle = Lifecycle()
    DrainingServer(create_app(settings, lifecycle), settings, lifecycle).run()


if __name__ == "__main__":
    main()
