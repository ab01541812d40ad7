"""The evaluation of 清廉供电站所: opened, scored by the station, reviewed by another, closed with a result (domain §11)."""
