"""Plays requests one after the other and compares each answer with what it must be.

A step has an `event` or a `step` by name, maybe the name of a `key`, and either a `request` and its `response`, or what
a function without a route is invoked with (`invoke`) and its `answer`.

What is expected is written as in tests/transcripts: a body may have more members than are given; arrays are compared
element by element; in place of a value can be `$absent`, `$present`, `$has:TEXT` and `$capture:NAME`. `${NAME}` is a
captured value, or one of the connection's.
"""

import json
import re
import time
from pathlib import Path

ABSENT = object()
ROOT = Path(__file__).resolve().parents[2]


def read(name):
    """The steps of a file in tests/sam."""
    return json.loads((ROOT / "tests/sam" / name).read_text())


def fill(value, values):
    """Puts values in the place of their names."""
    text = re.sub(r"\$\{(\w+)}", lambda name: values.get(name[1], name[0]), json.dumps(value))
    return json.loads(text)


def differences(at, expected, got, values):
    """In what a value differs from the expected one, in words; captures what is to be captured."""
    if isinstance(expected, dict) and isinstance(got, dict):
        pairs = [(f"{at}/{name}", value, got.get(name, ABSENT)) for name, value in expected.items()]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = [(f"{at}/{index}", *pair) for index, pair in enumerate(zip(expected, got))]
    else:
        verb, _, text = expected.partition(":") if isinstance(expected, str) else ("", "", "")
        if verb == "$capture" and isinstance(got, str):
            values[text] = got
            return []
        said = got if isinstance(got, str) or got is ABSENT else json.dumps(got)
        fits = {
            "$absent": got is ABSENT,
            "$present": got is not ABSENT,
            "$has": got is not ABSENT and text in str(said),
        }.get(verb, got == expected and isinstance(got, bool) == isinstance(expected, bool))
        return [] if fits else [f"{at}: expected {expected!r}, got {'nothing' if got is ABSENT else said}"]
    return [each for pair in pairs for each in differences(*pair, values)]


def http_answer(status, headers, body):
    """An answer as it is compared: a body that is JSON as what it says, and none where it is empty."""
    answer = {"status": status, "headers": {name.lower(): value for name, value in headers.items()}}
    if body:
        try:
            answer["body"] = json.loads(body)
        except ValueError:
            answer["body"] = body
    return answer


def play(steps, values, send):
    """Sends each step by `send`, prints a line for it, and returns the number of those that failed.

    `send` gets the step, filled in, and returns what is compared: `http_answer`, or what an invocation returned.
    """
    failed = 0
    for number, step in enumerate(steps, 1):
        name = step.get("event") or step["step"]
        started = time.monotonic()
        step = fill(step, values)
        expected = step.get("response", step.get("answer"))
        answer = send(step)
        found = differences("", expected, answer, values)
        failed += bool(found)
        said = answer.get("status", "") if isinstance(answer, dict) and "response" in step else ""
        line = f"{number:3}/{len(steps)} {'FAILED' if found else 'ok':6} {name:40} {said:3} "
        print(f"{line} {time.monotonic() - started:5.2f} s", flush=True)
        if found and isinstance(answer, str):
            print(f"      expected an answer, got …{hidden(answer)[-1500:]}", flush=True)
        elif found:
            print(*(f"      {hidden(difference)[:500]}" for difference in found), sep="\n")
            print(f"      in {hidden(json.dumps(answer))[:1000]}", flush=True)
    return failed


def play_events(values, send):
    """Plays `requests.json` with the events in tests/events; `send` gets the name of a function and an event.

    It returns what the function returned, or a text if that is not JSON.
    """
    functions = sorted(path.name for path in (ROOT / "functions").iterdir())

    def send_event(step):
        name = step["event"]
        function = max((each for each in functions if name.startswith(each)), key=len)
        event = fill(json.loads((ROOT / f"tests/events/{name}.json").read_text()), values)
        answer = send(function, event)
        if "invoke" in step or not isinstance(answer, dict) or "statusCode" not in answer:
            return answer
        return http_answer(answer["statusCode"], answer.get("headers") or {}, answer.get("body"))

    return play(read("requests.json"), values, send_event)


def hidden(text):
    """A text without the keys that are in it."""
    return re.sub(r"klue_\w+", "klue_…", text)
