"""A real browser: Debian's Chromium, driven by playwright. No test of a page is left out for want of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
# Alone in the container, as root and without its sandbox; straight to us whatever proxy is set.
ARGUMENTS = ("--no-sandbox", "--no-proxy-server", "--disable-dev-shm-usage")


class ChromiumMissing(Exception):
    """没有 {path}，网页测试不能跳过。请先 apt-get install chromium fonts-noto-cjk，或以 root 运行 bash .ci/run。"""

    def __init__(self, path: Path) -> None:
        super().__init__((self.__doc__ or "").format(path=path))


@contextmanager
def chromium(path: Path = CHROMIUM) -> Iterator[Browser]:
    """The browser until the end of the block; raises ChromiumMissing.

    Inside the block playwright's event loop runs in this thread, so ``asyncio.run`` does not.
    """
    if not path.exists():
        raise ChromiumMissing(path)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield launched
        finally:
            launched.close()
