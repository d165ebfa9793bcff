"""The command line for staff, ops and auditors: `python starter.py --help`."""

import sys

from cli.app import main

if __name__ == "__main__":
    sys.exit(main())
