"""What can be measured of the looks of a page in a browser: each fault a line that says where it is.

Contrast is that of WCAG 2.2, 1.4.3, and 4.5 for every text, large or not; 40 px for what is tapped is ours (X).
"""

from playwright.sync_api import Page

SCRIPT = """
({ phone }) => {
  const faults = [];
  const shown = (node) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    return style.visibility !== "hidden" && style.display !== "none" && box.width > 1 && box.height > 1
      && node.checkVisibility();
  };
  const where = (node) => {
    const classes = typeof node.className === "string" && node.className ? "." + node.className.trim() : "";
    const text = (node.innerText || node.value || "").trim().slice(0, 24);
    return `${node.tagName.toLowerCase()}${classes} “${text}”`;
  };
  const parse = (text) => {
    const found = text.match(/[0-9.]+/g).map(Number);
    return [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const grounds = (node) => {
    if (!node) return [[255, 255, 255, 1]];
    const style = getComputedStyle(node);
    const colour = parse(style.backgroundColor);
    const below = colour[3] < 1 ? grounds(node.parentElement) : [[0, 0, 0, 1]];
    const plain = below.map((each) => over(colour, each));
    const painted = style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
    return painted ? painted.flatMap((each) => plain.map((flat) => over(parse(each), flat))) : plain;
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [low, high] = [light(one), light(two)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const read = (node, style, text) => {
    const colour = parse(style.color);
    if (colour[3] === 0) return;
    for (const ground of grounds(node)) {
      const found = ratio(over(colour, ground), ground);
      if (found < 4.5) { faults.push(`contrast ${found.toFixed(2)}: “${text.slice(0, 20)}” in ${where(node)}`); return; }
    }
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const node = walker.currentNode.parentElement;
    if (text && !node.closest("script, style, option") && shown(node)) read(node, getComputedStyle(node), text);
  }
  for (const node of document.body.querySelectorAll("*")) {
    if (!shown(node)) continue;
    for (const part of ["::before", "::after"]) {
      const style = getComputedStyle(node, part);
      const said = style.content.match(/^"(.+)"$/);
      if (said && style.display !== "none") read(node, style, said[1]);
    }
    if ("value" in node && node.value && !node.disabled) read(node, getComputedStyle(node), String(node.value));
  }

  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    faults.push(`wide: ${document.documentElement.scrollWidth} of ${width}`);
    for (const node of document.body.querySelectorAll("*")) {
      if (shown(node) && node.getBoundingClientRect().right > width + 1) faults.push(`sticks out: ${where(node)}`);
    }
  }
  const named = (node) => node.getAttribute("aria-label") || node.innerText?.trim() || node.getAttribute("title")
    || node.querySelector("img[alt]:not([alt=''])");
  for (const node of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const told = node.getAttribute("aria-label") || [...node.labels].some((each) => each.textContent.trim());
    if (!told) faults.push(`no label: ${where(node)} ${node.name}`);
  }
  for (const node of document.querySelectorAll("a[href], button, summary")) {
    if (shown(node) && !named(node)) faults.push(`no name: ${node.outerHTML.slice(0, 80)}`);
  }
  for (const node of document.querySelectorAll("table")) {
    if (!node.querySelector("th")) faults.push("a table without a heading");
  }
  for (const node of document.querySelectorAll("iframe")) if (!node.title) faults.push("an iframe without a title");
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) faults.push(`id twice: ${id}`);

  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((each) => Number(each.tagName[1]));
  if (levels.filter((each) => each === 1).length !== 1 || levels[0] !== 1) faults.push(`headings: ${levels}`);
  levels.forEach((each, index) => { if (index && each > levels[index - 1] + 1) faults.push(`headings: ${levels}`); });
  if (document.documentElement.lang !== "zh-CN") faults.push("lang");

  if (phone) {
    const says = (node) => node && node.nodeType === Node.TEXT_NODE && node.data.trim();
    const alone = (node) => getComputedStyle(node).display !== "inline"
      || !(says(node.previousSibling) || says(node.nextSibling));
    for (const node of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (!shown(node) || node.closest(".skip, .unseen") || node.matches(".skip, .unseen")) continue;
      if (node.tagName === "A" && !alone(node)) continue;  // a link within a sentence
      const label = node.matches("[type=checkbox], [type=radio]") ? node.closest("label") : null;
      const box = (label || node).getBoundingClientRect();
      if (box.height < 39.5 || box.width < 24) faults.push(`small: ${box.width.toFixed(0)}x${box.height.toFixed(0)} ${where(node)}`);
    }
  }
  return faults;
}
"""
FOCUS = """
() => {
  const faults = [];
  for (const node of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!node.checkVisibility() || node.disabled || node.tabIndex < 0) continue;
    node.focus();
    const style = getComputedStyle(node);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (document.activeElement !== node || !seen) faults.push(`focus not seen: ${node.outerHTML.slice(0, 80)}`);
  }
  return faults;
}
"""


def faults(page: Page, *, phone: bool) -> list[str]:
    """What is wrong with the page that is shown, with everything folded on it unfolded; unfolds it."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    return list(page.evaluate(SCRIPT, {"phone": phone}))


def unseen_focus(page: Page) -> list[str]:
    """What shows no mark when the keyboard comes to it."""
    page.keyboard.press("Tab")  # so that the browser takes the focus to be moved by the keyboard
    return list(page.evaluate(FOCUS))
