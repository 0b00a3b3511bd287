"""What each addon's wheel holds: all of the addon, the licence and its README.

python -m scripts.wheel_parts FOLDER ADDON...; prints what is amiss, and fails then.
"""

import email
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"pyproject.toml"}  # whool's own: the METADATA stands for it


def main(folder, *addons):
    """:return: whether anything is amiss"""
    found = [f"{addon}: {one}" for addon in addons for one in amiss(folder, addon)]
    print("\n".join(found))
    return bool(found)


def amiss(folder, addon):
    """What is amiss with one addon's wheel.

    :rtype: Iterator[str]
    """
    wheels = list(Path(folder).glob(f"odoo_addon_{addon}-*.whl"))
    if len(wheels) != 1:
        yield f"{len(wheels)} wheels"
        return
    with ZipFile(wheels[0]) as wheel:
        place = f"odoo/addons/{addon}/"
        inside = {
            name.removeprefix(place): wheel.read(name)
            for name in wheel.namelist()
            if name.startswith(place)
        }
        [metadata] = [
            email.message_from_bytes(wheel.read(name))
            for name in wheel.namelist()
            if name.endswith(".dist-info/METADATA")
        ]
    kept = kept_files(addon)
    yield from (f"lacks {name}" for name in sorted(kept - inside.keys()))
    yield from (f"has {name}" for name in sorted(inside.keys() - kept))
    if inside.get("LICENSE") != (ROOT / "LICENSE").read_bytes():
        yield "has not the project's LICENSE"
    readme = (ROOT / addon / "README.md").read_text()
    if metadata.get_payload().strip() != readme.strip():
        yield "does not describe itself by its README.md"
    if metadata["License"] != "LGPL-3":
        yield f"says that its licence is {metadata['License']}"


def kept_files(addon):
    """The addon's files that git knows, by their path in it.

    :rtype: set[str]
    """
    told = subprocess.run(
        ["git", "ls-files"],
        cwd=ROOT / addon,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split("\n")) - LEFT_OUT - {""}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
