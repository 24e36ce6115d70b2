"""Copy vendored browser files out of node_modules and lock them by sha256.

`npm ci --ignore-scripts && python scripts/vendor.py` copies; `python scripts/vendor.py --check` compares what is
committed with vendor.lock.json and needs no npm.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "vendor.lock.json"
FILES = {
    "htmx.org/dist/htmx.min.js": "static/vendor/htmx.min.js",
    "htmx.org/LICENSE": "static/vendor/htmx.LICENSE",
    "axe-core/axe.min.js": "tests/browser/vendor/axe.min.js",
    "axe-core/locales/zh_CN.json": "tests/browser/vendor/axe.zh_CN.json",
    "axe-core/LICENSE": "tests/browser/vendor/axe.LICENSE",
}
FOLDERS = ("static/vendor", "tests/browser/vendor")


def digest(path: Path) -> str:
    """The sha256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_files(root: Path = ROOT) -> None:
    """Copy every listed file and write the lock."""
    for source, target in FILES.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / "node_modules" / source, root / target)
    lock = {target: {"from": source, "sha256": digest(root / target)} for source, target in sorted(FILES.items())}
    (root / LOCK.name).write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n")


def find_problems(root: Path = ROOT) -> list[str]:
    """What differs between the lock and the tree, one line each."""
    lock = json.loads((root / LOCK.name).read_text())
    problems = [f"{target}: 锁定文件里没有记录" for target in sorted(set(FILES.values()) - set(lock))]
    for target, entry in lock.items():
        path = root / target
        if not path.is_file():
            problems.append(f"{target}: 文件不见了")
        elif digest(path) != entry["sha256"]:
            problems.append(f"{target}: 内容与锁定的 sha256 不一致")
    for folder in FOLDERS:
        present = {str(path.relative_to(root)) for path in (root / folder).glob("*") if path.is_file()}
        problems += [f"{name}: 不在锁定文件里" for name in sorted(present - set(lock))]
    return problems


def main(arguments: list[str]) -> int:
    """Copy, or with --check compare; the exit status is 1 where something differs."""
    if "--check" not in arguments:
        copy_files()
    problems = find_problems()
    print("\n".join(problems) or f"{len(FILES)} 个文件与 vendor.lock.json 一致")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
