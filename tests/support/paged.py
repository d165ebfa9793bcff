"""Pages in a browser: sign in, go somewhere, and whether everybody can read what is there."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from adapters.wiring import Application

PASSPHRASE = "three blue herons over water"
WIDEST = """() => [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 99)).slice(0, 3)"""
"""What sticks out of the window."""

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass
class Clinic:
    """The pages of a clinic as a browser sees them; `ahead` is how far their clock is ahead of the wall's."""

    app: Application
    browser: Browser
    address: str
    ahead: timedelta
    opened: list[BrowserContext] = field(default_factory=list)

    async def page(self, width: int = 1280, height: int = 800, **options: Any) -> Page:
        """A fresh browser of this size, without cookies."""
        context = await self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": height}, **options
        )
        self.opened.append(context)
        return await context.new_page()

    async def as_(self, account: str, width: int = 1280, height: int = 800, **options: Any) -> Page:
        """A browser in which somebody has signed in, on the worklist."""
        page = await self.page(width, height, **options)
        await page.goto("/sign-in")
        await page.get_by_label("Account").fill(account)
        await page.get_by_label("Passphrase").fill(PASSPHRASE)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    async def leave(self) -> None:
        """Close every browser window."""
        for context in self.opened:
            await context.close()


async def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, and whether the page is wider than the window."""
    found = await Axe().run(page, options=AXE)
    faults = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"wider than the window: {await page.evaluate(WIDEST)}")
    return faults
