"""Fixtures for pages in chromium and for npm packages. Tests skip where these are missing."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@contextmanager
def opened(
    browser: Browser, file: Path, hash: str = "", *, width: int = 1280, dark: bool = False
) -> Iterator[Page]:
    """Open the page in a new window. Any message in its console and any request fail the test."""
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=800),
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page, events = context.new_page(), list[str]()
    page.on("console", lambda message: events.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error: {error}"))
    page.on("request", lambda request: events.append(f"request: {request.url}"))
    url = file.resolve().as_uri()
    page.goto(f"{url}#{hash}" if hash else url)
    yield page
    assert [event for event in events if event.partition("#")[0] != f"request: {url}"] == []
    context.close()


def npm(file: str) -> str:
    """Return the text of a file of an npm package in NODE_PATH."""
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        if folder and (path := Path(folder, file)).is_file():
            return path.read_text(encoding="utf-8")
    missing(f"{file} is not in NODE_PATH: npm install {file.split('/')[0]}")


def missing(what: str) -> NoReturn:
    """Skip the test, as this machine lacks what it needs. In CI, fail it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
