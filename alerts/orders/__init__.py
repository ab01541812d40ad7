"""督办单: opened by a red level or by hand, answered by a date, judged, printed."""
