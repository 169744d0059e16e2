"""Several values of one thing: their median, and how far they lie apart."""

import statistics


class Spread:
    def __init__(self, values):
        self.values = list(values)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, form="{:.2f}"):
        """`median (lowest..highest)`"""
        low, high = min(self.values), max(self.values)
        if len(self.values) == 1:
            return form.format(low)
        return f"{form.format(self.median)} ({form.format(low)}..{form.format(high)})"

    def __truediv__(self, other):
        """Ratios round by round: what is measured together is compared."""
        return Spread(a / b for a, b in zip(self.values, other.values, strict=True))
