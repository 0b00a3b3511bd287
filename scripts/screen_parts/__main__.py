"""Take the pictures in docs/ from the running demo system."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from demo_parts.dokstamp import Sandbox
from demo_parts.school import School
from demo_parts.show import DemoFailed, Step, say
from demo_parts.work import Work
from playwright.sync_api import sync_playwright

from .browser import Visitor
from .pictures import PICTURES, folder_of
from .scene import set_scene


def main():
    names = arguments().names
    root = Path(os.environ["ROOT"])
    school, sandbox = running_demo(root)
    with Step("The scene is set"):
        scene = set_scene(school, sandbox)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        for picture in PICTURES:
            if not names or picture.name in names:
                file = root / folder_of(picture) / f"{picture.name}.png"
                with Step(f"{folder_of(picture)}/{file.name}") as step:
                    visitor = Visitor(browser, school.url, picture.login, picture.size)
                    picture.take(visitor, scene, file)
                    step.note(f"{file.stat().st_size // 1000} kB")
        browser.close()


def arguments():
    known = [picture.name for picture in PICTURES]
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    given = parser.parse_args()
    if unknown := set(given.names) - set(known):
        parser.error(f"no such picture: {', '.join(unknown)}")
    return given


def running_demo(root):
    """The demo that runs, else a new one.

    :rtype: tuple[School, Sandbox]
    """
    work = Work(os.environ.get("DOKSTAMP_DEMO_DB", "dokstamp_demo"))
    if not work.addresses:
        say("==> No demo is running: scripts/demo")
        subprocess.run([root / "scripts" / "demo"], check=True)
    school = School(work.addresses["odoo"], work.database)
    school.welcome_registrar()
    return school, Sandbox(work.addresses["sandbox"])


def chromium():
    for path in ("/usr/bin/chromium", "/usr/bin/google-chrome"):
        if Path(path).exists():
            return path
    raise DemoFailed("no Chromium: scripts/setup brings it")


if __name__ == "__main__":
    try:
        main()
    except DemoFailed as error:
        sys.exit(f"scripts/screenshots: {type(error).__name__}: {error}")
