"""The theme: its colours can be read, it stays small, and no page carries styles or scripts inside itself."""

import re

import pytest

from certflow import config

STATIC = config.PACKAGE / "web" / "static"
