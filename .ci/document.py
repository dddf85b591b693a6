"""What a document tells its reader to run, and what it says is printed.

A block of code that a test runs has <!-- ci: KIND --> above it. In a console block a line that begins with "$ " is a command (lines that end in a backslash go
on), and what stands below it is what it prints. What differs from run to run is compared by its form.
"""

import json
import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def blocks(text, kind):
    return re.findall(r"<!-- ci: %s -->\n+```\w*\n(.*?)```" % kind, text, re.S)


def shape(text):
    """What must be equal from run to run: not ids, times, durations, ports and versions."""
    text = UUID.sub("<id>", text.strip())
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "<date>", text)
    text = re.sub(r'("(?:processing_time_ms|duration_ms)": ?)\d+', r"\1<ms>", text)
    text = re.sub(r"\b[0-9a-f]{8}(\.execute-api)", r"<api>\1", text)
    text = re.sub(r"(localhost|127\.0\.0\.1):\d{4,5}\b", r"\1:<port>", text)
    text = re.sub(r"\bPython/[0-9.]+", "Python/<version>", text)
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return "\n".join(line.rstrip() for line in text.splitlines())


def commands(block):
    """The commands of a console block, each with what it prints."""
    command, expected, going_on = None, [], False
    for line in block.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, "\n".join(expected)
            command, expected = line[2:], []
            going_on = line.endswith("\\")
        elif going_on:
            command += "\n" + line
            going_on = line.endswith("\\")
        else:
            expected.append(line)
    if command is not None:
        yield command, "\n".join(expected)
