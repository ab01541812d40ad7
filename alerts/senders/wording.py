"""Message texts made safe and short enough for a group robot."""

import unicodedata

from alerts.senders.message import Message

# Full-width, so that a customer's name is neither a mention (<@userid>, <at …>, @所有人) nor a link.
HARMLESS = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "@": "＠", "\u2028": " ", "\u2029": " "}
)
UNSEEN = {"Cc", "Cf", "Cs"}
ELLIPSIS = "…"


def seen(text: str) -> str:
    """``text`` without what nobody sees: control characters, direction marks, lone surrogates.

    >>> seen("东岭\\x00供电所\\u202e") , seen("一\\n二")
    ('东岭供电所', '一\\n二')
    """
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in UNSEEN)


def plain(text: str) -> str:
    """``text`` in which nothing can be a mention, a tag or a link.

    >>> plain("<@all> [点此](http://a.example)")
    '＜＠all＞ ［点此］(http：//a.example)'
    """
    return seen(text).translate(HARMLESS).replace("://", "：//")


def cut(text: str, most: int) -> str:
    """The beginning of ``text`` in at most ``most`` bytes of UTF-8, whole characters only.

    >>> cut("受理后答复", 9), cut("受理", 6)
    ('受理…', '受理')
    """
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    room = max(most - len(ELLIPSIS.encode()), 0)
    return encoded[:room].decode(errors="ignore") + ELLIPSIS


def content(message: Message, most: int) -> str:
    """Title, text and link in at most ``most`` bytes; what is cut is the text, never the link."""
    link = f"\n详情：{message.link}" if message.link else ""
    return cut(plain(f"{message.title}\n{message.text}"), most - len(link.encode())) + link
