#!/bin/sh
# scripts/install.sh FILE: installs a requirements file into .venv, with uv (several times as quick) or, where uv cannot be had or fails, with pip.
# An index set for pip is used by uv too.
set -u
python=.venv/bin/python
quick() {
  $python -m pip install -q --disable-pip-version-check uv==0.13.9 2>/dev/null || return 1
  index=$($python -m pip config get global.index-url 2>/dev/null || true)
  index=${PIP_INDEX_URL:-$index}
  .venv/bin/uv pip install -q --python $python --compile-bytecode ${index:+--default-index "$index"} -r "$1"
}
quick "$1" || $python -m pip install -q --disable-pip-version-check -r "$1"
