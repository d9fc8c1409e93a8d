"""What there is."""
from . import _thalweg


class Table(list):
    """A list of entries (dicts) that prints as a table."""

    def __repr__(self):
        width = max((len(e["id"]) for e in self), default=0)
        return "\n".join(f"{e['id']:<{width}}  {e['name']}" for e in self)


def list(kind):
    """The entries of a kind: methods, estimators, rules, schedules, credit, problems, suites, data."""
    return Table(_thalweg.entries(kind))


class Shown(dict):
    """An entry that prints whole."""

    def __repr__(self):
        lines = [f"{self['id']}: {self['name']}" + (f" (§{self['section']})" if self["section"] else "")]
        for key in ("formula", "cost", "notes", "reference"):
            if self[key]:
                lines.append(f"  {key}: {self[key]}")
        if self["asks"]:
            lines.append(f"  asks: {', '.join(self['asks'])}")
        for o in self["options"]:
            lines.append(f"  {o['name']} = {o['default']} ({o['type']}{', ' + o['range'] if o['range'] else ''}): "
                         f"{o['help']}")
        return "\n".join(lines)


def show(id):
    """One entry whole: section, reference, formula, what it asks, options."""
    return Shown(_thalweg.entry(id))
