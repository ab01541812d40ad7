"""What the desk is told by whoever runs it."""

from dataclasses import dataclass, field

from reports.masthead import Letterhead


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``session_hours``: how long a log-in lasts; ``metrics_token``: whoever shows it may read ``/metrics``,
    and without one only this machine may; ``desk_url`` beginning with https keeps cookies off plain http.

    ``letterhead``: how reports are headed, numbered and signed.
    """

    session_hours: int = 12
    metrics_token: str = field(default="", repr=False)
    desk_url: str = "http://127.0.0.1:8000"
    letterhead: Letterhead = field(default_factory=Letterhead)

    @property
    def secure(self) -> bool:
        """Whether people reach the desk by https."""
        return self.desk_url.startswith("https:")
