"""What happens in a step, as plain dictionaries: at, n, who, kind, text and more by kind."""

from __future__ import annotations

from typing import Any

Events = list[dict[str, Any]]
