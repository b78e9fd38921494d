"""Random series for alert rules of Prometheus: what their selectors ask for, with values around the numbers that they compare with."""
import random
import re
import re._parser as regex_parser

TOKEN = re.compile(r'\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|(?:\d+(?:ms|[smhdwy]))+|0x[0-9a-fA-F]+|\d*\.?\d+(?:[eE][+-]?\d+)?|[a-zA-Z_][\w:]*|:[a-zA-Z_][\w:]*|[=!]~|[=!<>]=|.')
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan"}
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
COUNTERS = {"rate", "increase", "irate", "resets", "changes"}
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
BOUNDS = ["0.01", "0.1", "0.5", "1", "2.5", "5", "10", "60", "+Inf"]


def seconds(text):
    return sum(float(n) * SECONDS[u] for n, u in re.findall(r"(\d+)(ms|[smhdwy])", str(text)))


def tokens(text):
    return [t for t in TOKEN.findall(text) if t.strip() and not t.startswith("#")]


class Selector:
    def __init__(self, metric, at, counter):
        self.metric, self.at, self.counter, self.matchers = metric, at, counter, []


class Expression:
    """The selectors of an expression, the labels that it names and the numbers in it."""

    def __init__(self, text):
        self.tokens = tokens(text)
        self.selectors, self.labels, self.numbers, self.lengths = [], set(), [], []
        self.windows = []
        i, calls = 0, []
        while i < len(self.tokens):
            t = self.tokens[i]
            after = self.tokens[i + 1] if i + 1 < len(self.tokens) else ""
            if t == "(":
                calls.append(self.tokens[i - 1] if i else "")
            elif t == ")":
                calls.pop()
            elif t == "[":
                self.windows.append(seconds(after))
            elif re.match(r"^\d", t) or re.match(r"^\.\d", t):
                if re.fullmatch(r"(\d+(ms|[smhdwy]))+", t):
                    self.lengths.append(seconds(t))
                else:
                    self.numbers.append(float(int(t, 16) if t.startswith("0x") else float(t)))
            elif re.match(r"^[a-zA-Z_:]", t):
                if t.lower() in LISTS:
                    if after == "(":
                        end = self.tokens.index(")", i)
                        self.labels.update(x for x in self.tokens[i + 2:end] if x != ",")
                        i = end
                elif t.lower() not in WORDS and after != "(" and after.lower() not in ("by", "without"):
                    one = Selector(t, i, bool(calls) and calls[-1] in COUNTERS)
                    if after == "{":
                        i += 2
                        while self.tokens[i] != "}":
                            if self.tokens[i] == ",":
                                i += 1
                                continue
                            one.matchers.append((self.tokens[i], self.tokens[i + 1], self.tokens[i + 2][1:-1].replace("\\\\", "\\")))
                            i += 3
                    self.selectors.append(one)
            i += 1

    def with_prefix(self, prefix):
        """The text with every metric renamed."""
        out = list(self.tokens)
        for one in self.selectors:
            out[one.at] = prefix + out[one.at].replace(":", "_")
        return " ".join(out).replace("[ ", "[").replace(" ]", "]")


def matching(pattern, rng):
    """A text that the pattern matches; None where that is not easy to say."""
    def of(items):
        out = ""
        for op, value in items:
            op = str(op)
            if op == "LITERAL":
                out += chr(value)
            elif op == "ANY":
                out += "x"
            elif op in ("MAX_REPEAT", "MIN_REPEAT"):
                out += of(value[2]) * max(value[0], min(value[1], 1))
            elif op == "SUBPATTERN":
                out += of(value[3])
            elif op == "BRANCH":
                out += of(rng.choice(value[1]))
            elif op == "IN":
                kind, first = value[0]
                out += chr(first if str(kind) == "LITERAL" else first[0]) if str(kind) in ("LITERAL", "RANGE") else "x"
        return out
    try:
        text = of(regex_parser.parse(pattern))
        return text if re.fullmatch(pattern, text) else None
    except (re.error, TypeError, IndexError):
        return None


def label_values(matchers, labels, host, rng):
    out = {label: f"{label}{host}" for label in labels}
    out["instance"] = f"i{host}"
    for label, op, value in matchers:
        if op == "=":
            out[label] = value
        elif op == "=~":
            out[label] = matching(value, rng) or "x"
        elif out.get(label, "") == "" or out.get(label) == value or (op == "!~" and re.fullmatch(value, out[label])):
            out[label] = f"other{host}"
    return {k: v for k, v in out.items() if v != ""}


class Values:
    """Pieces of constant value (or constant rate), long enough that holds and windows can pass."""

    def __init__(self, expression, counter, style, longest, now, rng):
        pool = [c for c in expression.numbers if abs(c) < 1e15] or [1]
        self.pool = [0, 1]
        for c in pool:
            self.pool += [c, c * 0.5, c * 1.2, c * 3, c + 1, max(0, c - 1)]
        if style == 1:
            self.pool = [0, 0.125, 1, max(pool) * 2 + 1, max(pool) * 10 + 5, min(pool) * 0.25]  # sums of these do not round
        if style == 2:
            self.pool += [a * b for a in pool for b in pool] + [a / b for a in pool for b in pool if b]
        self.times = "time" in expression.tokens and not counter
        self.back = [c for c in expression.numbers + expression.lengths if c > 1] or [3600]
        self.counter, self.longest, self.now, self.rng = counter, longest, now, rng

    def points(self, count, step):
        # Far from zero, to which Prometheus 2 and 3 extrapolate counters in different ways.
        base = 1e4 + 100 * step * max(map(abs, self.pool)) if max(map(abs, self.pool)) < 1e9 else 1e12
        out, total, left, value = [], base, 0, 0.0
        for i in range(count):
            if left == 0:
                value = abs(self.rng.choice(self.pool)) if self.counter else self.rng.choice(self.pool)
                left = 1 + int(self.rng.random() * self.rng.random() * 3 * (self.longest / step + 6))
                if self.times and self.rng.random() < 0.7:
                    sign = self.rng.choice([1, 1, -1])
                    value = self.now + i * step - sign * self.rng.choice(self.back) * self.rng.choice([0.1, 1.5, 4]) - 0.37
            left -= 1
            if self.counter:
                if self.rng.random() < 0.001:
                    total = max(base, total / 2)
                total += min(value, 1e9) * step * self.rng.choice([1.0371, 1.0371, 0.5173])  # no rate is just a limit
            out.append(total if self.counter else value)
        return out


def series_of(expression, prefix, style, count, step, longest, now, rng):
    """(name, labels, values) of all that the expression selects, for two hosts."""
    shared = {}
    for one in expression.selectors:
        for label, op, value in one.matchers:
            if op == "=" and label not in shared:
                shared[label] = value
    found = {}
    for one in expression.selectors:
        for host in "ab":
            labels = {**{k: v for k, v in shared.items() if v}, **label_values(one.matchers, expression.labels - {"le"}, host, rng)}
            for label, value in shared.items():  # joins are by all labels, so that sides have the same where they may
                if label not in [m[0] for m in one.matchers] and value:
                    labels[label] = value
            bucket = one.metric.endswith("_bucket")
            for at, bound in enumerate(BOUNDS if bucket else [None]):
                full = {**labels, "le": bound} if bucket else labels
                key = (prefix + one.metric.replace(":", "_"), tuple(sorted(full.items())))
                if key in found:
                    continue
                values = Values(expression, one.counter or bucket or one.metric.endswith("_total"), style, longest, now, rng).points(count, step)
                if bucket and at > 0:  # counts of what is at most the bound
                    before = found[(key[0], tuple(sorted({**labels, "le": BOUNDS[at - 1]}.items())))]
                    rising, top = [], 0.0
                    for a, b in zip(values, before):
                        top = max(top, b + a / 4)
                        rising.append(top)
                    values = rising
                found[key] = values
    return [(name, dict(labels), values) for (name, labels), values in found.items()]
