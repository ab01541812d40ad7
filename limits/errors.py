"""The root of every error a person can meet.

An error is one class: its docstring is its message, a Chinese sentence with the facts as named
fields — what came, what was expected, what to do.  A class without one cannot be defined, so an
unexplained error cannot be added.  ``code`` is for programs and never changes once released.
"""

import inspect
from typing import ClassVar


class YekuoError(Exception):
    """出现未归类的错误。请把完整输出交给系统管理员。"""

    code: ClassVar[str] = "error"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__ or not cls.__dict__.get("__doc__"):
            raise TypeError(f"{cls.__name__} needs a code and a docstring that is its message")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(inspect.cleandoc(self.__doc__ or "").format(**facts))

    @property
    def message(self) -> str:
        """The Chinese sentence for people."""
        return str(self)
