"""OpenHQM as it is packaged for AWS, end to end: the zips on an emulated AWS, called over HTTP as a client would.

Some stacks are deployed, one with a standard and one with a FIFO queue among them, in front of a backend that does what each test asks of it, and one whose
worker is the package of examples/aws-spring-function. Between the functions and the emulator stands a gate that can refuse calls of DynamoDB and of SQS as AWS does.
The emulator lets each function do only what its role allows.
"""

import base64
import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
import uuid

from aws_local import Emulator, QuietServer, SampleBackend, Stack, packages

EXAMPLE = "openhqm-example-aws-spring-function-bootstrap.zip"


class Backend(SampleBackend):
    """Answers by the path that it is called at, and remembers the calls."""

    def __init__(self):
        self.calls = []
        self.lock = threading.Lock()
        self.release = threading.Event()
        super().__init__()

    def answer(self, request, body):
        path, job = request.path.split("?")[0], request.headers.get("X-Correlation-ID", "")
        with self.lock:
            self.calls.append((path, job, body, time.monotonic()))
            times = sum(1 for call in self.calls if call[0] == path and call[1] == job)
        if path.startswith("/flaky"):
            status = 503 if times < 3 else 200
            self.send(request, status, json.dumps({"times": times}).encode())
        elif path.startswith("/busy"):
            self.send(request, 503, b'"busy"')
        elif path.startswith("/hang") or body.startswith(b"hang"):
            self.release.wait(120)
            self.send(request, 200, b'"late"')
        elif path.startswith("/big"):
            self.send(request, 200, b"x" * int(path.rsplit("/", 1)[1]), {"Content-Type": "application/octet-stream"})
        elif path.startswith("/credentials"):
            self.send(request, 200, json.dumps({"authorization": request.headers.get("Authorization")}).encode())
        elif path.startswith("/length"):
            self.send(request, 200, json.dumps({"length": len(body)}).encode())
        else:
            super().answer(request, body)

    def calls_at(self, path):
        with self.lock:
            return [call for call in self.calls if call[0] == path]


class Gate:
    """Hands calls on to the emulator, or refuses those of a service. Not AWS: it says so of itself."""

    REFUSALS = {
        "dynamodb": (400, b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"a gate of the test refuses this"}'),
        "sqs": (503, b'{"__type":"com.amazonaws.sqs#ServiceUnavailable","message":"a gate of the test refuses this"}'),
    }

    def __init__(self, port):
        self.refused = set()
        self.refusals = 0
        self.forbidden = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def hand_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = self.headers.get("X-Amz-Target", "")
                service = "dynamodb" if target.startswith("DynamoDB") else "sqs" if target.startswith("AmazonSQS") else ""
                if service in outer.refused:
                    outer.refusals += 1
                    status, answer = Gate.REFUSALS[service]
                    headers = [("Content-Type", "application/x-amz-json-1.0")]
                else:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                    headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "content-length")}
                    # The queues and the bucket take nothing that did not come over TLS, which ends here.
                    connection.request(self.command, self.path, body, {**headers, "X-Forwarded-Proto": "https"})
                    response = connection.getresponse()
                    status, answer = response.status, response.read()
                    headers = [(n, v) for n, v in response.getheaders() if n.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server")]
                    connection.close()
                    if status >= 400 and b"AccessDenied" in answer:
                        outer.forbidden.add(answer.decode())
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = hand_on

            def log_message(self, *_):
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port


class World:
    """What the tests share."""

    def __init__(self):
        self.backend = Backend()
        self.emulator = Emulator(environment={"AUTH": "true"})
        self.gate = Gate(self.emulator.port)
        self.sqs = self.emulator.client("sqs", self.gate.url)
        environment = {"AWS_ENDPOINT_URL_" + service: self.gate.url for service in ("DYNAMODB", "SQS", "S3", "SECRETS_MANAGER")}
        config = {
            "proxy": {
                "enabled": True,
                "default_endpoint": "backend",
                "endpoints": {"backend": {"url": self.backend.url, "timeout": 60}, "nobody": {"url": "http://127.0.0.1:9"}},
            },
            "worker": {"max_retries": 2, "retry_delay_base": 0.2, "retry_delay_max": 0.5},
        }
        common = {"Config": json.dumps(config), "WorkerTimeLimit": "30", "ResultTtlSeconds": "3600"}
        self.standard = Stack(self.emulator, "standard", common, environment)
        self.fifo = Stack(self.emulator, "fifo", {**common, "Fifo": "true"}, environment)
        self.echo = Stack(self.emulator, "echo", {"Config": "{}", "WorkerTimeLimit": "30"}, environment)
        hasty = json.dumps({**config, "worker": {**config["worker"], "max_retries": 1}})
        self.hasty = Stack(self.emulator, "hasty", {**common, "Config": hasty}, environment)
        spring = {
            "WorkerRuntime": "spring", "WorkerPackageBucket": "code", "WorkerPackageKey": EXAMPLE, "WorkerMainClass": "com.example.orders.OrdersApplication",
        }
        self.spring = Stack(self.emulator, "spring", {"Config": json.dumps({"worker": config["worker"]}), "WorkerTimeLimit": "60", **spring}, environment)
        self.brief = Stack(self.emulator, "brief", {**common, "ResultTtlSeconds": "1"}, environment)
        config["proxy"]["endpoints"]["guarded"] = {"url": self.backend.url + "/credentials", "auth_type": "bearer", "auth_token": "${ORDERS_TOKEN}"}
        secret = self.emulator.client("secretsmanager").create_secret(Name="orders", SecretString=json.dumps({"ORDERS_TOKEN": "s3cret"}))["ARN"]
        guarded = {**common, "Config": json.dumps(config), "Announce": "true", "SecretArn": secret, "SecretNames": "ORDERS_TOKEN"}
        self.guarded = Stack(self.emulator, "guarded", guarded, environment)

    def stop(self):
        self.backend.release.set()
        self.emulator.stop()


def submitted(stack, payload=1, path=None, metadata=None, headers=None):
    if path is None:
        body = json.dumps({"payload": payload, "metadata": metadata or {}}).encode()
        status, _, answer = stack.call("POST", "/api/v1/submit", body, {"Content-Type": "application/json", **(headers or {})})
    else:
        status, _, answer = stack.call("POST", "/proxy/backend" + path, payload, {"Content-Type": "application/json", **(headers or {})})
    assert status == 202, (status, answer)
    return json.loads(answer)["correlation_id"]


def ended(stack, job, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, _, answer = stack.call("GET", "/api/v1/response/" + job)
        if status != 202:
            return status, json.loads(answer)
        time.sleep(0.2)
    raise AssertionError("the job did not end: %s" % stack.call("GET", "/api/v1/status/" + job)[2])


def until(what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("in vain: " + what.__doc__ if what.__doc__ else "in vain")


def http_to_queue_to_http(world):
    """A request goes through the packaged functions to a backend, and its answer is polled."""
    job = submitted(world.standard, {"order": 17})
    status, answer = ended(world.standard, job)
    assert (status, answer["status"], answer["status_code"]) == (200, "COMPLETED", 200), answer
    assert json.loads(answer["result"]["body"]) == {"order": 17}, answer
    status, headers, body = world.standard.call("GET", "/api/v1/response/%s/body" % job)
    assert status == 200 and json.loads(body)["method"] == "POST", body
    status, headers, _ = world.standard.call("GET", "/api/v1/status/" + job)
    tag = headers["ETag"]
    assert world.standard.call("GET", "/api/v1/status/" + job, headers={"If-None-Match": tag})[0] == 304


def health_is_told(world):
    """By a function that may ask each service. (The emulator takes the path for its own: the function is called as API Gateway would.)"""
    event = {"version": "2.0", "rawPath": "/health", "rawQueryString": "", "headers": {}, "requestContext": {"http": {"method": "GET", "path": "/health"}}}
    function = world.standard.resources["SubmitFunction"]
    answer = json.load(world.emulator.client("lambda").invoke(FunctionName=function, Qualifier="live", Payload=json.dumps(event))["Payload"])
    assert answer["statusCode"] == 200 and '"healthy"' in answer["body"], answer


def every_function_may_do_what_it_does(world):
    """Whatever the tests before have made them do."""
    assert not world.gate.forbidden, "\n".join(sorted(world.gate.forbidden))


def http_to_queue(world):
    """Without a proxy the processor works on what clients post."""
    job = submitted(world.echo, {"operation": "uppercase", "data": "tea"})
    assert ended(world.echo, job)[1]["result"]["output"] == "TEA"


def http_to_a_function_of_spring(world):
    """The example's function works on what clients post; what it says can never work, and what does not fit it, is not tried again."""
    job = submitted(world.spring, {"id": 17, "items": ["tea", "cake", "cake"]})
    _, answer = ended(world.spring, job, 180)
    assert (answer["status"], answer.get("result")) == ("COMPLETED", {"order": 17, "cents": 1190}), answer
    for payload, words in (
        ({"id": 18, "items": ["rum"]}, "we do not sell 'rum'; order something else"),
        ("no order", "the payload does not fit what the function 'total' takes; send what it takes"),
        ({"order": 19}, "the payload does not fit what the function 'total' takes: an order needs items"),
    ):
        job = submitted(world.spring, payload)
        _, answer = ended(world.spring, job)
        assert answer["status"] == "FAILED" and words in answer["error"], answer
        assert json.loads(world.spring.call("GET", "/api/v1/status/" + job)[2])["attempts"] == 1, answer


def batches_of_a_function_of_spring_are_worked_on_at_the_same_time(world):
    """Three batches of ten, good and bad among each other: each message gets its own answer, and none is tried twice."""
    menu = [(["tea"], 350), (["tea", "cake"], 770), (["rum"], None), ([], None)]
    jobs = {}
    for batch in range(3):
        entries = [{"Id": str(i), "MessageBody": json.dumps({"id": 10 * batch + i, "items": menu[(batch + i) % len(menu)][0]})} for i in range(10)]
        sent = world.sqs.send_message_batch(QueueUrl=world.spring.outputs["RequestQueueUrl"], Entries=entries)["Successful"]
        assert len(sent) == 10, sent
        jobs.update({each["MessageId"]: (10 * batch + int(each["Id"]), menu[(batch + int(each["Id"])) % len(menu)][1]) for each in sent})
    for job, (number, cents) in jobs.items():
        until(lambda: world.spring.call("GET", "/api/v1/response/" + job)[0] == 200, 180)
        _, answer = ended(world.spring, job)
        if cents is None:
            assert answer["status"] == "FAILED" and ("do not sell" in answer["error"] or "does not fit" in answer["error"]), answer
        else:
            assert (answer["status"], answer.get("result")) == ("COMPLETED", {"order": number, "cents": cents}), answer
        assert json.loads(world.spring.call("GET", "/api/v1/status/" + job)[2])["attempts"] == 1, answer
    log = world.emulator.log.read_text()
    assert any(int(size) >= 10 for size in re.findall(r"SpringWorkerFunction-\w+ processed (\d+) SQS messages", log)), "no batch was whole"


def queue_to_http(world):
    """A message that another program put on the queue is forwarded, its attributes as header fields."""
    path = "/foreign-%s" % uuid.uuid4()
    world.sqs.send_message(
        QueueUrl=world.standard.outputs["RequestQueueUrl"], MessageBody="<order/>",
        MessageAttributes={"Content-Type": {"DataType": "String", "StringValue": "application/xml"}, "X-Path": {"DataType": "String", "StringValue": path}},
    )
    call = until(lambda: next((c for c in world.backend.calls_at("/") if c[2] == b"<order/>"), None))
    assert call[1], "it has no correlation id"
    _, answer = ended(world.standard, call[1])
    assert (answer["status"], answer["status_code"], answer["result"]["body"]) == ("COMPLETED", 200, "<order/>"), answer


def request_as_it_is(world):
    """The ingress carries path, query and bytes."""
    body = bytes(range(256))
    job = submitted(world.standard, body, "/length/a%20b?x=1%2F2", headers={"Content-Type": "application/octet-stream"})
    assert ended(world.standard, job)[1]["result"] == {"length": 256}
    assert world.backend.calls_at("/length/a%20b")[0][2] == body


def failed_attempts_are_repeated_after_a_pause(world):
    """503 twice, then 200: three attempts, with pauses."""
    job = submitted(world.standard, b"1", "/flaky")
    _, answer = ended(world.standard, job)
    assert (answer["status"], answer["result"]) == ("COMPLETED", {"times": 3}), answer
    assert json.loads(world.standard.call("GET", "/api/v1/status/" + job)[2])["attempts"] == 3


def answer_after_the_last_attempt_is_kept(world):
    """503 every time: COMPLETED with that status code."""
    _, answer = ended(world.standard, submitted(world.standard, b"1", "/busy"))
    assert (answer["status"], answer["status_code"], answer["result"]) == ("COMPLETED", 503, "busy"), answer


def given_up_job_is_a_dead_letter_with_its_reason(world):
    """Nobody answers: FAILED with words to act on, and on the queue of dead letters."""
    job = submitted(world.standard, {"order": 18}, metadata={"endpoint": "nobody"})
    _, answer = ended(world.standard, job)
    assert answer["status"] == "FAILED" and "nobody" in answer["error"], answer
    found = dead_letter(world, job)
    assert "nobody" in found["MessageAttributes"]["openhqm-reason"]["StringValue"], found
    assert json.loads(found["Body"]) == {"order": 18}, found


def dead_letter(world, job):
    def letter():
        received = world.sqs.receive_message(
            QueueUrl=world.standard.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0, MessageAttributeNames=["All"],
        ).get("Messages", [])
        return next((m for m in received if job in m["MessageAttributes"].get("openhqm", {}).get("StringValue", "")), None)

    return until(letter)


def due_job_that_the_table_held_is_sent_by_the_sweep(world):
    """A delay for which SQS holds no message. The test lets the time pass by turning it back in the table."""
    job = submitted(world.standard, {"order": 19}, metadata={"delay": 1000})
    make_due(world, job)
    world.emulator.client("lambda").invoke(FunctionName=world.standard.resources["SweepFunction"], Qualifier="live", Payload=b"{}")
    _, answer = ended(world.standard, job)
    assert (answer["status"], json.loads(answer["result"]["body"])) == ("COMPLETED", {"order": 19}), answer


def job_that_the_queue_gave_up_on_is_closed(world):
    """Its message is on the queue given-up, as no worker was let run: FAILED with the reason, and a dead letter."""
    job = submitted(world.standard, {"order": 20}, metadata={"delay": 1000})
    make_due(world, job, "REMOVE sweep_shard")  # so that no sweep finds it before
    head = {"v": 1, "id": job, "submitted_at": "2026-11-25T00:00:00Z", "endpoint": "backend", "headers": []}
    world.sqs.send_message(
        QueueUrl=world.standard.resources["GivenUpQueue"], MessageBody='{"order": 20}',
        MessageAttributes={"openhqm": {"DataType": "String", "StringValue": json.dumps(head)}},
    )
    _, answer = ended(world.standard, job)
    assert answer["status"] == "FAILED" and "the queue gave up after" in answer["error"], answer
    assert "the queue gave up after" in dead_letter(world, job)["MessageAttributes"]["openhqm-reason"]["StringValue"]
    assert not [call for call in world.backend.calls_at("/") if call[1] == job], "it was worked on"


def make_due(world, job, more=""):
    """Of a job that the table holds until then."""
    world.emulator.client("dynamodb").update_item(
        TableName=world.standard.outputs["JobTableName"], Key={"id": {"S": job}}, UpdateExpression="SET sweep_at = :past " + more,
        ConditionExpression="attribute_exists(sweep_at)", ExpressionAttributeValues={":past": {"N": str(int(time.time() * 1000) - 1000)}},
    )


def killed_worker_loses_nothing(world):
    """A worker dies in mid-batch: every job ends; the backend is called again for what was in flight, and for nothing else."""
    kinds = ["hang", "quick"] * 4
    entries = [{"Id": str(i), "MessageBody": "%s-%s" % (kind, uuid.uuid4())} for i, kind in enumerate(kinds)]
    sent = world.sqs.send_message_batch(QueueUrl=world.standard.outputs["RequestQueueUrl"], Entries=entries)["Successful"]
    jobs = {entries[int(each["Id"])]["MessageBody"]: each["MessageId"] for each in sent}

    def calls():
        bodies = [call[2].decode() for call in world.backend.calls_at("/")]
        return {body: bodies.count(body) for body in jobs}

    until(lambda: all(calls().values()))
    for body, job in jobs.items():
        if body.startswith("quick"):
            until(lambda: world.standard.call("GET", "/api/v1/response/" + job)[0] == 200)
    assert on_queue(world, world.standard) == len(jobs), "those that are done have been in another batch than those in flight"
    assert signal_workers(world, signal.SIGKILL), "no process of the worker was found"
    world.backend.release.set()
    try:
        for job in jobs.values():
            assert ended(world.standard, job, 240)[1]["status"] == "COMPLETED"
    finally:
        world.backend.release.clear()
    until(lambda: drained(world, world.standard))
    assert calls() == {body: 2 if body.startswith("hang") else 1 for body in jobs}, calls()


def worker_that_is_killed_at_its_time_limit_loses_nothing(world):
    """A worker stands still in mid-attempt, so that it gives nothing back, and its platform kills it: that attempt counts, and the next one ends the job."""
    job = submitted(world.standard, b"1", "/hang/still")
    until(lambda: world.backend.calls_at("/hang/still"))
    assert signal_workers(world, signal.SIGSTOP), "no process of the worker was found"

    def killed():
        return re.search(r"Lambda \S*WorkerFunction\S*: Task timed out after 30", world.emulator.log.read_text())

    until(killed)
    signal_workers(world, signal.SIGKILL)  # those that stand still with nothing to do
    world.backend.release.set()
    try:
        _, answer = ended(world.standard, job, 240)
    finally:
        world.backend.release.clear()
    assert (answer["status"], answer["result"]) == ("COMPLETED", "late"), answer
    assert json.loads(world.standard.call("GET", "/api/v1/status/" + job)[2])["attempts"] == 2
    assert len(world.backend.calls_at("/hang/still")) == 2


def signal_workers(world, number):
    """Sends a signal to the functions of this emulator that are workers; says to how many."""
    listing = subprocess.run(["ps", "-eo", "pid,sess,args"], capture_output=True, text=True, check=True).stdout
    processes = [line.split(maxsplit=2) for line in listing.splitlines()[1:]]
    found = [int(pid) for pid, session, command in processes if int(session) == world.emulator.process.pid and "io.openhqm.aws.worker.WorkerHandler" in command]
    for process in found:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass
    return len(found)


def invocation_timeout(world):
    """A backend is slower than an invocation of the worker may last: its job ends after its attempts and says why, and no other job of the batch waits."""
    slow = submitted(world.hasty, b"1", "/hang/limit")
    quick = [submitted(world.hasty, str(i).encode(), "/quick/%d" % i) for i in range(3)]
    for job in quick:
        assert ended(world.hasty, job, 25)[1]["status"] == "COMPLETED"
    _, answer = ended(world.hasty, slow, 240)
    assert answer["status"] == "TIMEOUT" and "time limit of the worker's function" in answer["error"], answer
    assert json.loads(world.hasty.call("GET", "/api/v1/status/" + slow)[2])["attempts"] == 2
    assert len(world.backend.calls_at("/hang/limit")) == 2
    until(lambda: drained(world, world.hasty))


def repeated_delivery_calls_the_backend_once(world):
    """The same message twice on the queue: one call, one result."""
    path = "/once-%s" % uuid.uuid4()
    job = submitted(world.standard, b"1", path)
    ended(world.standard, job)
    sqs = world.sqs
    head = {"v": 1, "id": job, "submitted_at": "2026-11-25T00:00:00Z", "endpoint": "backend", "target": path, "headers": []}
    for _ in range(2):
        sqs.send_message(
            QueueUrl=world.standard.outputs["RequestQueueUrl"], MessageBody="1",
            MessageAttributes={"openhqm": {"DataType": "String", "StringValue": json.dumps(head)}},
        )
    until(lambda: drained(world, world.standard))
    assert len(world.backend.calls_at(path)) == 1, world.backend.calls_at(path)


def drained(world, stack):
    return on_queue(world, stack) == 0


def on_queue(world, stack):
    """How many messages there are, taken or not."""
    attributes = world.sqs.get_queue_attributes(
        QueueUrl=stack.outputs["RequestQueueUrl"], AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(map(int, attributes.values()))


def jobs_of_a_session_stay_in_order(world):
    """With a FIFO queue, through retries too."""
    session = str(uuid.uuid4())
    jobs = [
        submitted(world.fifo, str(i).encode(), "/flaky/%s/%d" % (session, i), headers={"X-OpenHQM-Session": session}) for i in range(4)
    ]
    for job in jobs:
        assert ended(world.fifo, job, 180)[1]["status"] == "COMPLETED"
    order = [int(call[2]) for call in sorted(world.backend.calls, key=lambda c: c[3]) if session in call[0]]
    assert order == sorted(order) and set(order) == {0, 1, 2, 3}, order


def big_body_goes_through_the_bucket(world):
    """5 MB of text, and as many bytes as Lambda takes, which are four thirds there: no message holds them."""
    for kind, length in (("text/plain", 5_000_000), ("application/octet-stream", 4_500_000)):
        job = submitted(world.standard, b"x" * length, "/length/big", headers={"Content-Type": kind})
        assert ended(world.standard, job)[1]["result"] == {"length": length}, kind
    answer = ended(world.standard, submitted(world.standard, b"1", "/big/1000000"))[1]
    assert len(base64.b64decode(answer["result"])) == 1_000_000, str(answer)[:200]


def answer_that_lambda_cannot_carry_is_refused_clearly(world):
    """20 MB are more than the backend's limit; 6 MB are kept, but no function can hand them out."""
    _, answer = ended(world.standard, submitted(world.standard, b"1", "/big/20000000"))
    assert answer["status"] == "FAILED" and "larger than" in answer["error"], str(answer)[:300]
    job = submitted(world.standard, b"1", "/big/6000000")
    until(lambda: json.loads(world.standard.call("GET", "/api/v1/status/" + job)[2])["status"] == "COMPLETED")
    status, headers, body = world.standard.call("GET", "/api/v1/response/" + job)
    assert status >= 400 and "problem+json" in headers["Content-Type"], (status, body[:300])


def expired_job_is_gone(world):
    """410 after its time."""
    job = submitted(world.brief, {"order": 1})
    until(lambda: world.brief.call("GET", "/api/v1/response/" + job)[0] in (200, 410))
    until(lambda: world.brief.call("GET", "/api/v1/response/" + job)[0] == 410)
    assert world.brief.call("GET", "/api/v1/status/" + str(uuid.uuid4()))[0] == 404


def worker_reads_its_secrets(world):
    """From Secrets Manager, when it starts; the others hold none."""
    job = submitted(world.guarded, metadata={"endpoint": "guarded"})
    assert ended(world.guarded, job)[1]["result"] == {"authorization": "Bearer s3cret"}


def every_end_is_announced(world):
    """One of a worker, and a cancelled one that no worker ever sees: SQS holds no message for so long."""
    done = submitted(world.guarded)
    cancelled = submitted(world.guarded, metadata={"delay": 1000})
    assert world.guarded.call("DELETE", "/api/v1/requests/" + cancelled)[0] == 202
    sqs, announced = world.sqs, {}

    def both():
        for message in sqs.receive_message(QueueUrl=world.guarded.outputs["ResponseQueueUrl"], MaxNumberOfMessages=10).get("Messages", []):
            told = json.loads(message["Body"])
            announced[told["correlation_id"]] = told["status"]
        return done in announced and cancelled in announced

    until(both)
    assert announced[done] == "COMPLETED" and announced[cancelled] == "CANCELLED", announced


def throttled_table_takes_nothing_in(world):
    """503 with Retry-After, no false 202; and it goes on by itself."""
    refuses(world, "dynamodb")


def queue_that_is_down_takes_nothing_in(world):
    """The same when SQS does not answer."""
    refuses(world, "sqs")


def refuses(world, service):
    world.gate.refused.add(service)
    try:
        body = json.dumps({"payload": {"during": service}}).encode()
        status, headers, answer = world.standard.call("POST", "/api/v1/submit", body, {"Content-Type": "application/json"})
        assert status == 503 and int(headers["Retry-After"]) >= 1, (status, answer)
        assert json.loads(answer)["type"] == "/problems/queue-unavailable", answer
    finally:
        world.gate.refused.discard(service)
    assert ended(world.standard, submitted(world.standard, {"after": service}))[1]["status"] == "COMPLETED"
    until(lambda: drained(world, world.standard))
    refused = [call for call in world.backend.calls_at("/") if json.dumps({"during": service}).encode() == call[2]]
    assert not refused, "what was refused was worked on: %s" % refused


def throttled_table_loses_no_accepted_job(world):
    """The table gives no answer when a job is due: it is not asked of the backend, spends no attempt, and is done when the table is back."""
    job = submitted(world.standard, b"1", "/outage", headers={"X-OpenHQM-Delay": "3"})
    before = world.gate.refusals
    world.gate.refused.add("dynamodb")
    try:
        until(lambda: world.gate.refusals > before)
        status, headers, answer = world.standard.call("GET", "/api/v1/status/" + job)
        assert status == 503 and int(headers["Retry-After"]) >= 1, (status, answer)
        assert not world.backend.calls_at("/outage")
    finally:
        world.gate.refused.discard("dynamodb")
    assert ended(world.standard, job, 180)[1]["status"] == "COMPLETED"
    assert json.loads(world.standard.call("GET", "/api/v1/status/" + job)[2])["attempts"] == 1
    assert len(world.backend.calls_at("/outage")) == 1


def same_key_gives_the_same_job(world):
    """Idempotency-Key, over two calls."""
    key = {"Idempotency-Key": '"%s"' % uuid.uuid4()}
    first = submitted(world.standard, {"order": 5}, headers=key)
    assert submitted(world.standard, {"order": 5}, headers=key) == first
    status, _, _ = world.standard.call(
        "POST", "/api/v1/submit", json.dumps({"payload": {"order": 6}, "metadata": {}}).encode(), {"Content-Type": "application/json", **key},
    )
    assert status == 422


def job_that_waits_is_cancelled(world):
    """DELETE, before its time."""
    job = submitted(world.standard, 1, metadata={"delay": 600})
    assert world.standard.call("DELETE", "/api/v1/requests/" + job)[0] == 202
    assert json.loads(world.standard.call("GET", "/api/v1/status/" + job)[2])["status"] == "CANCELLED"
    assert world.standard.call("DELETE", "/api/v1/requests/" + job)[0] == 200


def bad_input_gets_a_problem(world):
    """As on any other deployment."""
    for body, content_type, status in ((b"{", "application/json", 400), (b"x", "text/plain", 415), (b'{"payload":1,"metadata":{"endpoint":"backed"}}', "application/json", 422)):
        got, headers, answer = world.standard.call("POST", "/api/v1/submit", body, {"Content-Type": content_type})
        assert got == status and headers["Content-Type"].startswith("application/problem+json"), (got, answer)
    assert world.standard.call("PUT", "/api/v1/submit", b"")[0] == 405


TESTS = [
    http_to_queue_to_http, health_is_told, http_to_queue, http_to_a_function_of_spring, batches_of_a_function_of_spring_are_worked_on_at_the_same_time,
    queue_to_http, request_as_it_is, same_key_gives_the_same_job, job_that_waits_is_cancelled, bad_input_gets_a_problem,
    failed_attempts_are_repeated_after_a_pause, answer_after_the_last_attempt_is_kept, given_up_job_is_a_dead_letter_with_its_reason,
    repeated_delivery_calls_the_backend_once, jobs_of_a_session_stay_in_order, big_body_goes_through_the_bucket,
    answer_that_lambda_cannot_carry_is_refused_clearly, expired_job_is_gone, worker_reads_its_secrets, every_end_is_announced,
    due_job_that_the_table_held_is_sent_by_the_sweep, job_that_the_queue_gave_up_on_is_closed,
    throttled_table_takes_nothing_in, queue_that_is_down_takes_nothing_in, throttled_table_loses_no_accepted_job,
    killed_worker_loses_nothing, worker_that_is_killed_at_its_time_limit_loses_nothing, invocation_timeout, every_function_may_do_what_it_does,
]


def main():
    if EXAMPLE not in [package.name for package in packages()]:
        sys.exit("there are no packages yet; build them: mvn -DskipTests package")
    wanted = sys.argv[1:]
    tests = [test for test in TESTS if not wanted or any(word in test.__name__ for word in wanted)]
    world = World()
    failed = 0
    try:
        for test in tests:
            began = time.monotonic()
            try:
                test(world)
                print("%s: as it must be (%.1f s)" % (test.__name__.replace("_", " "), time.monotonic() - began), flush=True)
            except Exception:
                failed += 1
                print("%s: NOT as it must be\n%s" % (test.__name__.replace("_", " "), traceback.format_exc()), flush=True)
        if failed:
            print("the end of the emulator's log:\n" + world.emulator.log.read_text()[-8000:])
    finally:
        world.stop()
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
