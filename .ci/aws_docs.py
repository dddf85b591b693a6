"""Follows docs/aws.md. By what stands above a block of commands, it

  run          is executed as it is, but for Terraform's provider, for which one stands in that knows its schema
  aws-local    is started; its output is compared, and it goes on while the next ones are executed
  emulated     is executed, in one shell, against the AWS that aws-local emulates; API is the address that it printed, ID the correlation id that was last printed
  account      would need an account of AWS: its options, parameters and names are looked up
  image        needs a container engine: .ci/aws-image builds an image by the same script, from a base that it makes

and tables of parameters and outputs are compared with template.yaml and the Terraform module. What a console block says is printed is compared.

  aws_docs.py [text|run|emulated]    account and tables; run; aws-local and emulated. All without an argument
"""

import os
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import botocore.session
from botocore import xform_name
from document import UUID, blocks, commands, shape
from samcli.yamlhelper import yaml_parse

DOCUMENT = Path("docs/aws.md").read_text()
TEMPLATE = yaml_parse(Path("template.yaml").read_text())
MODULE = Path("infra/terraform/aws")
KINDS = ("run", "aws-local", "emulated", "account", "image")
# Commands of the AWS CLI that are no operation of a service, or take other options than it.
OWN_COMMANDS = {("logs", "tail"): {"--follow"}, ("lambda", "publish-layer-version"): {"--layer-name", "--zip-file", "--query", "--output"}}
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
PENDING = '"status":"PENDING"'
results = []


def result(what, faults):
    results.append(not faults)
    print("%s: %s" % (what, "; ".join(faults) or "as it says"), flush=True)


def lines(block):
    """The commands of a block without output."""
    return [line for line in block.replace("\\\n", "").splitlines() if line.strip()]


# ------------------------------------------------------------------------------------------------ what is only looked at


def check_text():
    marked = sum(len(blocks(DOCUMENT, kind)) for kind in KINDS)
    all_of_them = len(re.findall(r"^```(?:sh|console)$", DOCUMENT, re.M))
    result("every block says how it is tested", [] if marked == all_of_them else ["%d of %d do" % (marked, all_of_them)])
    for block in blocks(DOCUMENT, "account"):
        for line in lines(block):
            result("$ " + line, list(faults_of(shlex.split(line))))
    named = set(re.findall(r"\boutput ([A-Z]\w+)", DOCUMENT))
    result("outputs that commands ask for", ["template.yaml has no output %s" % name for name in sorted(named - set(TEMPLATE["Outputs"]))])
    known = set(TEMPLATE["Parameters"]) | set(TEMPLATE["Outputs"])
    words = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)[`=]", DOCUMENT))
    result("names of parameters in the text", ["template.yaml has no %s" % word for word in sorted(words - known)])
    check_parameters()
    check_outputs()


def faults_of(words):
    program, *arguments = words
    if program == "sam":
        yield from faults_of_sam(*arguments)
    elif program == "terraform":
        yield from faults_of_terraform(*arguments)
    elif program == "aws":
        yield from faults_of_aws(*arguments)
    elif program != "zip":
        yield "nothing is known of %s" % program


def options(arguments):
    return [argument.split("=")[0] for argument in arguments if argument.startswith("--")]


def faults_of_sam(command, *arguments):
    told = subprocess.run(["sam", command, "--help"], capture_output=True, text=True)
    if told.returncode:
        yield "sam has no %s" % command
    for option in options(arguments):
        if not re.search(re.escape(option) + r"\b(?!-)", told.stdout):
            yield "sam %s has no %s" % (command, option)
    if "--parameter-overrides" in arguments:
        for each in arguments[arguments.index("--parameter-overrides") + 1 :]:
            if each.startswith("--"):
                break
            name, _, value = each.partition("=")
            parameter = TEMPLATE["Parameters"].get(name)
            if parameter is None:
                yield "template.yaml has no parameter %s" % name
            elif not re.search(parameter.get("AllowedPattern", ""), value) or value not in parameter.get("AllowedValues", [value]):
                yield "%s does not allow %s" % (name, value)


def faults_of_terraform(folder, command, *arguments):
    root = Path(folder.removeprefix("-chdir="))
    if not (root / "main.tf").is_file():
        yield "there is no root %s" % root
    elif command == "output" and 'output "%s"' % arguments[0] not in (root / "main.tf").read_text():
        yield "%s has no output %s" % (root, arguments[0])
    elif command not in ("apply", "destroy", "output"):
        yield "nothing is known of terraform %s" % command


def faults_of_aws(service, operation, *arguments):
    known = OWN_COMMANDS.get((service, operation))
    if known is None:
        model = botocore.session.get_session().get_service_model("s3" if service == "s3api" else service)
        found = [model.operation_model(name) for name in model.operation_names if xform_name(name, "-") == operation]
        if not found:
            yield "aws %s has no %s" % (service, operation)
            return
        known = {"--" + xform_name(name, "-") for name in found[0].input_shape.members} | {"--query", "--output", "--region"}
        missing = {"--" + xform_name(name, "-") for name in found[0].input_shape.required_members} - set(options(arguments))
        yield from ("aws %s %s needs %s" % (service, operation, option) for option in sorted(missing))
    yield from ("aws %s %s has no %s" % (service, operation, option) for option in options(arguments) if option not in known)


def table(heading):
    """The cells of the table below a heading, in code without its marks."""
    section = DOCUMENT.split("\n### %s\n" % heading)[1].split("\n#")[0]
    for row in re.findall(r"^\|(.*)\|$", section, re.M)[2:]:
        yield [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)]


def declared(kind, file):
    """What the module declares, by name; for variables the text of the default."""
    found = re.findall(r'^%s "(\w+)" \{\n(.*?)^\}' % kind, (MODULE / file).read_text(), re.S | re.M)
    return {name: (re.findall(r"^  default +=(.*)$", body, re.M) or [""])[0].strip().strip('"') for name, body in found}


def check_parameters():
    rows = list(table("Parameters"))
    variables = declared("variable", "variables.tf")
    faults = differences("parameter", [row[0] for row in rows], TEMPLATE["Parameters"])
    faults += differences("variable", [row[1] for row in rows], variables)
    for sam, terraform, default, _ in rows:
        ways = [str(TEMPLATE["Parameters"].get(sam, {}).get("Default", ""))] if sam else []
        # Where SAM has several parameters for a variable, or one has a structure, its default is elsewhere.
        ways += [variables[terraform]] if terraform in variables and variables[terraform] not in ("null", "[]", "{") and "{" not in variables[terraform] else []
        if any(way not in (default, "{}" if not default else default) for way in ways):
            faults.append("the default of %s is %s, not %s" % (sam or terraform, ways, default))
    result("table of parameters", faults)


def check_outputs():
    rows = list(table("Outputs"))
    faults = differences("output", [row[0] for row in rows], TEMPLATE["Outputs"])
    result("table of outputs", faults + differences("output", [row[1] for row in rows], declared("output", "outputs.tf")))


def differences(what, told, known):
    told = {name for name in told if name}
    return ["there is no %s %s" % (what, name) for name in sorted(told - set(known))] + ["the %s %s is missing" % (what, name) for name in sorted(set(known) - told)]


# ------------------------------------------------------------------------------------------------ what is executed


class Shell:
    """A shell that goes on from block to block, as a reader's does."""

    def __init__(self, environment):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, env={**os.environ, **environment}, start_new_session=True,
        )

    def run(self, command, seconds=900):
        """Its exit code, what it printed, and what it complained of."""
        mark = "-- end of command --"
        self.errors.seek(0)
        self.errors.truncate()
        # Maven reads its standard input, which is where the next command comes from.
        self.process.stdin.write(("{ %s\n} </dev/null\necho \"%s$?\"\n" % (command, mark)).encode())
        self.process.stdin.flush()
        printed, deadline = b"", time.monotonic() + seconds
        while not (ended := re.search(rb"%s(\d+)\n" % mark.encode(), printed)):
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                return -1, printed.decode(), "it did not end in %d s" % seconds
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                return -1, printed.decode(), "it ended the shell"
            printed += more
        self.errors.seek(0)
        return int(ended.group(1)), printed[: ended.start()].decode(), self.errors.read()

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


def follow(shell, block):
    waited = 0
    console = block.startswith("$ ")
    for command, expected in commands(block) if console else [(line, None) for line in lines(block)]:
        code, printed, complaints = shell.run(command)
        while expected is not None and PENDING in printed and PENDING not in expected and code == 0 and waited < 12:
            waited += 1  # an answer that is not there yet, on a machine that is busy: it is asked for again, as the text says
            code, printed, complaints = shell.run(command)
        faults = [] if code == 0 else ["it ended with %d:\n%s%s" % (code, printed[-3000:], complaints[-3000:])]
        if expected is not None and shape(printed) != shape(expected):
            faults.append("it prints\n%s\nand not\n%s" % (shape(printed), shape(expected)))
        result("$ " + command, faults)
        found = UUID.findall(printed)
        if found:
            shell.run("ID=" + found[0])


def check_run():
    shell = Shell({})
    try:
        for block in blocks(DOCUMENT, "run"):
            follow(shell, block)
    finally:
        shell.stop()


def check_emulated():
    ((command, expected),) = [each for block in blocks(DOCUMENT, "aws-local") for each in commands(block)]
    printed = ""
    local = subprocess.Popen(["bash", "-c", "exec " + command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=obey_interrupts)
    try:
        while not printed.endswith("Ctrl-C stops it.\n"):
            line = local.stdout.readline()
            if not line:
                sys.exit("%s ended before it was ready, with %d:\n%s" % (command, local.wait(), printed))
            printed += line
        same = by_line(printed) == by_line(expected)
        result("$ " + command, [] if same else ["it prints\n%s\nand not\n%s" % (shape(printed), shape(expected))])
        emulator = re.search(r"--endpoint-url (\S+)", printed).group(1)
        shell = Shell({**AWS, "AWS_ENDPOINT_URL": emulator, "API": re.search(r"listens on ([^,]+),", printed).group(1)})
        try:
            for block in blocks(DOCUMENT, "emulated"):
                follow(shell, block)
        finally:
            shell.stop()
        local.send_signal(signal.SIGINT)
        result("Ctrl-C stops it", [] if local.wait(60) in (0, 130) else ["it ended with %d" % local.returncode])
    finally:
        if local.poll() is None:
            local.kill()


def by_line(text):
    """Each by its form, as some are JSON."""
    return [shape(line) for line in text.strip().splitlines()]


def obey_interrupts():
    """A shell that runs this in the background has them ignored, and a child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


CHECKS = {"text": check_text, "run": check_run, "emulated": check_emulated}
for name in sys.argv[1:] or CHECKS:
    CHECKS[name]()
print("docs/aws.md: %d passed, %d failed" % (results.count(True), results.count(False)))
sys.exit(0 if all(results) else 1)
