"""python -m analysis is analysis."""

import sys

from analysis.cli import main

sys.exit(main())
