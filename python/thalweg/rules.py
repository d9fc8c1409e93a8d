"""Update rules and schedules as values that chain:

    from thalweg import rules
    rule = rules.chain(rules.clip(norm=1), rules.weight_decay(decay=1e-4), rules.adam(rate=1e-3), rules.cosine(steps=1000))
    rule = rules.clip(norm=1) | rules.adam(rate=1e-3)          # the same, with |

Wherever a rule is asked for, its text will do: "clip(norm=1) | adam(rate=1e-3)".
"""
from . import _thalweg
from ._minimize import text


class Rule:
    """A checked rule; str() is its text."""

    def __init__(self, written):
        self._text = _thalweg.rule_text(str(written))

    def __or__(self, other):
        return chain(self, other)

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"Rule({self._text!r})"

    def __eq__(self, other):
        return isinstance(other, Rule) and self._text == other._text

    def __hash__(self):
        return hash(self._text)


def chain(*links):
    """One after another: the gradient goes into the first, the step comes out of the last."""
    return Rule(" | ".join(str(link) for link in links))


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    id = name.replace("_", "-")
    known = [e["id"] for kind in ("rules", "schedules") for e in _thalweg.entries(kind)]
    if id not in known and "lr-" + id not in known:
        raise AttributeError(f"there is no rule `{id}`; thalweg.list('rules') and thalweg.list('schedules') show them")

    def make(**options):
        inside = ", ".join(f"{key}={text(value)}" for key, value in options.items())
        return Rule(f"{id}({inside})" if inside else id)

    make.__name__ = name
    make.__doc__ = f"The rule {id}; thalweg.show('{id}') lists its options."
    return make


def __dir__():
    known = [e["id"] for kind in ("rules", "schedules") for e in _thalweg.entries(kind)]
    return sorted(["Rule", "chain"] + [id.removeprefix("lr-").replace("-", "_") for id in known])
