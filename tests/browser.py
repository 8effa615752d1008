"""Debian's chromium, without a window, and what npm has installed: both from outside Python, so that tests skip without them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not path:
        missing("chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@contextmanager
def opened(
    browser: Browser, file: Path, hash: str = "", *, width: int = 1280, dark: bool = False
) -> Iterator[Page]:
    """The page in a new window. Whatever it complains of, and whatever it asks the network for, fails the test."""
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=800),
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: said.append(f"request: {request.url}"))
    url = file.resolve().as_uri()
    page.goto(f"{url}#{hash}" if hash else url)
    yield page
    assert [relation for relation in said if relation.partition("#")[0] != f"request: {url}"] == []
    context.close()


def npm(file: str) -> str:
    """The text of a file of an npm package, of those that NODE_PATH holds."""
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        if folder and (path := Path(folder, file)).is_file():
            return path.read_text(encoding="utf-8")
    missing(f"{file} is not in NODE_PATH: npm install {file.split('/')[0]}")


def missing(what: str) -> NoReturn:
    """Skips the test on a machine that does not have what it needs; where everything is to be tested, fails it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
