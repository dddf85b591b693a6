package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.status.StatusHandler;
import io.openhqm.aws.submit.SubmitHandler;
import io.openhqm.aws.worker.LocalAws.Stack;
import io.openhqm.aws.worker.MeteredAws.Bill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code docs/cost.md} says a job takes, counted at the peers and reckoned up again. */
class JobCostTest {
  private static final LocalAws AWS = LocalAws.get();
  private static final Path PAGE = Path.of("../../../docs/cost.md");

  /** As many bytes as the model's answer has. */
  private static final String PAYLOAD = "x".repeat(1024 - 2);

  private final Map<String, String> before = new HashMap<>();
  private MeteredAws metered;
  private Backend backend;
  private Stack stack;
  private FunctionUnderTest submit;
  private FunctionUnderTest worker;
  private FunctionUnderTest sweep;
  private FunctionUnderTest status;

  @BeforeEach
  void open() throws IOException {
    metered = AWS.metered();
    metered
        .properties()
        .forEach((name, value) -> before.put(name, System.setProperty(name, value)));
    backend = new Backend();
    stack = AWS.newStack(false);
    var environment =
        stack.environment(
            "OPENHQM_PROXY__ENABLED", "true", "OPENHQM_PROXY__DEFAULT_ENDPOINT", backend.url());
    submit = new FunctionUnderTest(SubmitHandler::new, environment);
    worker = new FunctionUnderTest(WorkerHandler::new, environment);
    sweep = new FunctionUnderTest(SweepHandler::new, environment);
    status = new FunctionUnderTest(StatusHandler::new, environment);
    metered.bill();
  }

  @AfterEach
  void close() {
    before.forEach(System::setProperty);
    backend.close();
    metered.close();
  }

  private Bill billOf(Runnable step) {
    step.run();
    return metered.bill();
  }

  private String accepted(String... headers) {
    var fields = new java.util.ArrayList<>(List.of(headers));
    fields.addAll(List.of("Content-Type", "application/json"));
    var answer =
        submit.http(
            "POST",
            "/api/v1/submit",
            "{\"payload\": \"" + PAYLOAD + "\"}",
            fields.toArray(String[]::new));
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().get("correlation_id").asString();
  }

  private void works() {
    worker.call(
        LocalAws.event(stack.requests(), AWS.take(stack.requests())), Duration.ofSeconds(30));
  }

  private void asks(String path, String expected) {
    var answer = status.http("GET", path, "");
    assertThat(answer.json().get("status").asString()).isEqualTo(expected);
  }

  @Test
  void thePageSaysWhatIsCounted() throws IOException {
    String[] id = new String[1];
    var submitted = billOf(() -> id[0] = accepted());
    var polled = billOf(() -> asks("/api/v1/status/" + id[0], "PENDING"));
    backend.answers("\"" + PAYLOAD + "\"", 503);
    var retried = billOf(this::works);
    asks("/api/v1/status/" + id[0], "PENDING");

    String done = accepted();
    metered.bill();
    var worked = billOf(this::works);
    var read = billOf(() -> asks("/api/v1/response/" + done, "COMPLETED"));
    var keyed = billOf(() -> accepted("Idempotency-Key", "a-key"));
    var swept = billOf(() -> sweep.call("{}".getBytes()));

    var page = Files.readString(PAGE);
    assertThat(page)
        .contains(
            row("submit", submitted),
            row("submit with an `Idempotency-Key`", keyed),
            row("worker: a job whose backend answers with 1 KB", worked),
            row("worker: an attempt that comes again", retried),
            row("status", polled),
            row("response", read),
            row("sweep that finds nothing", swept));

    // Lambda receives and deletes in batches of ten, and that is billed too.
    double sqs = 0.40 * (submitted.sqs() + worked.sqs() + 0.2);
    var store = submitted.and(polled).and(polled).and(worked).and(read);
    // To the cent, as the page adds up what it shows.
    double dynamoDb = Math.round(62.5 * store.writes() + 12.5 * store.reads()) / 100.0;
    assertThat(page)
        .contains(
            String.format(
                Locale.ROOT,
                "| DynamoDB (0.625 a million writes, 0.125 reads) | %.2f | %.2f |",
                dynamoDb,
                dynamoDb))
        .contains(
            String.format(
                Locale.ROOT, "| SQS (0.40 a million) | %.2f | %.2f | %.2f |", sqs, sqs, sqs))
        .contains(
            String.format(
                Locale.ROOT,
                "| **together** | **%.2f** | **%.2f** |",
                4.00 + 0.82 + 0.73 + sqs + dynamoDb,
                0.82 + 0.73 + sqs + dynamoDb));

    // A read that waits looks at once, and again 25, 50, 100, 200 and 400 ms later: the backend
    // took 500 ms.
    double waited = 0.53 + 0.775 * 0.5 * 13.3334;
    double waitedDynamoDb = 0.625 * submitted.and(worked).writes() + 6 * 0.125 * read.reads();
    assertThat(page)
        .contains(
            String.format(
                Locale.ROOT, "| **%.2f** |\n", 2.00 + 0.42 + waited + sqs + waitedDynamoDb));
  }

  private static String row(String step, Bill bill) {
    return "| %s | %d | %d | %s | %s |\n"
        .formatted(step, bill.sqs(), bill.dynamoDb(), number(bill.writes()), number(bill.reads()));
  }

  private static String number(double units) {
    return units == Math.rint(units) ? Long.toString((long) units) : Double.toString(units);
  }
}
