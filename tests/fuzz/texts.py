"""What nobody would type, as strategies: bidi, zero width, towers, markup, controls, size.

Most of it carries the canary, so that a log that keeps any of it is found out.
"""

from __future__ import annotations

from hypothesis import strategies as st

CANARY = "KENARI7f3a"

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u1160\u3164\uffa0\u2800\u180e\U000e0041"
CONTROLS = "\x00\x01\x07\x08\x0b\x1b\x7f\x85\u2028\u2029\r\n\t"
MARKS = "\u0300\u0336\u0489\u20dd\u0e47"
LETTERS = "aIlО0Аaеоßİıſﬁ字한\u0628\u05d0😀👩\u200d👧🇮🇩①²"
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% raw %}",
    "[x](javascript:alert(1)) **b** `c`",
    "%s%n{0.__class__}$(id)`id`",
    "' OR 1=1 --",
    "\r\nSet-Cookie: a=b\r\n\r\n<h1>",
    "BEGIN:VEVENT\r\nATTENDEE:x\r\nEND:VEVENT",
    "../../../etc/passwd\x00.html",
    "\ud7ff\ue000\ufffd\uffff",
    "NaN",
    "-1e309",
]

odd = st.text(BIDI + UNSEEN + CONTROLS + MARKS + LETTERS + " ", max_size=60)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
short = st.one_of(odd, any_text, st.sampled_from(MARKUP), st.just(""), st.just(" "))
huge = st.builds(
    lambda part, times: part * times,
    st.sampled_from(["x", "\u202e", "a\u0301", "<", "&", "字", "\\", '"', "[", "\u0336"]),
    st.sampled_from([41, 201, 2001, 5000, 15_000]),
)
marked = st.builds(lambda one, other: one + CANARY + other, short, short)
nasty = st.one_of(marked, marked, marked, short, st.builds(lambda t: t + CANARY, huge))
"""Any text at all."""

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), nasty, st.just(2**70)
)
json_values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(short, marked), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Any JSON at all."""
