"""Which submissions are nearly the same: a hint to look, never a verdict."""

import io
import tokenize
from itertools import combinations

LENGTH = 6  # tokens in a row


def pairs(submissions, at_least=0.8):
    """Pairs of submissions of different students, and the share of their texts that is common.

    Compared is what the students wrote themselves, code, comments and answers, as the set of all
    runs of six tokens. The formulas of a task leave little room, and right solutions of it look
    alike: names, comments and answers tell them apart.
    """
    runs = [(s, _runs(s.words)) for s in submissions]
    found = []
    for (a, in_a), (b, in_b) in combinations(runs, 2):
        if a.student != b.student and a.assignment == b.assignment and in_a and in_b:
            share = len(in_a & in_b) / len(in_a | in_b)
            if share >= at_least:
                found.append((share, a, b))
    return sorted(found, key=lambda pair: -pair[0])


def _runs(text):
    tokens = _tokens(text)
    return {tuple(tokens[i : i + LENGTH]) for i in range(len(tokens) - LENGTH + 1)}


def _tokens(text):
    """Python's tokens; words where the text is not Python."""
    try:
        read = list(tokenize.generate_tokens(io.StringIO(text).readline))
        return [token.string for token in read if token.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        return text.split()
