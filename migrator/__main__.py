"""``python -m migrator``."""

import sys

from migrator.entry import main

sys.exit(main())
