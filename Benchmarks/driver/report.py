"""The table: one row for each goal, and rows that only tell."""


class Row:
    """One line of the table."""

    def __init__(self, what, value, goal="", met=None):
        self.what = what
        self.value = value
        self.goal = goal
        self.met = met

    @property
    def verdict(self):
        return {None: "", True: "met", False: "**missed**"}[self.met]

    def as_json(self):
        return {"what": self.what, "value": self.value, "goal": self.goal, "met": self.met}


def goal_row(what, value, form, at_least=None, at_most=None, unit="", every=False):
    """A row whose median, or every value of which, is held against a goal."""
    judged = value.values if every else [value.median]
    if at_least is not None:
        return Row(what, value.text(form) + unit, f"≥ {at_least:g}{unit}", min(judged) >= at_least)
    return Row(what, value.text(form) + unit, f"≤ {at_most:g}{unit}", max(judged) <= at_most)


def table(rows):
    """Rows as a Markdown table."""
    cells = [("Measure", "Seen: median (lowest..highest)", "Goal", "")]
    cells += [(row.what, row.value, row.goal, row.verdict) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
