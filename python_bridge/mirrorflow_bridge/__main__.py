"""`python -m mirrorflow_bridge` and the command `mirrorflow-bridge`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
