package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openhqm.cli.Console.Look;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import io.openhqm.server.OpenHqmServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each command against a real server, as a person and as a program would call it. */
class CommandLineTest {
  private static final String UNKNOWN = "0199c0de-0000-7000-8000-000000000000";

  @TempDir static Path folder;
  private static SampleBackend backend;
  private static HttpServer own;
  private static OpenHqmServer server;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws IOException {
    backend = SampleBackend.start();
    own = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    own.createContext("/", CommandLineTest::answerForItself);
    own.start();
    String yaml =
        """
        server: {host: 127.0.0.1, port: 0}
        queue: {type: embedded, embedded_path: cli.db}
        cache: {type: embedded}
        worker: {max_retries: 0}
        proxy:
          enabled: true
          default_endpoint: sample
          endpoints:
            sample: {url: "%s"}
            gone: {url: "http://127.0.0.1:1/"}
            own: {url: "http://127.0.0.1:%d/"}
        """
            .formatted(backend.url(), own.getAddress().getPort());
    var config =
        ((ConfigResult.Loaded) ConfigLoader.loadText(yaml, "cli", folder, Map.of())).config();
    server = OpenHqmServer.start(config, OpenHqmServer.Mode.ALL, InstantSource.system(), "test");
  }

  @AfterAll
  static void stop() {
    server.close();
    backend.close();
    own.stop(0);
  }

  private static void answerForItself(HttpExchange exchange) throws IOException {
    int status = exchange.getRequestMethod().equals("PUT") ? 202 : 404;
    byte[] body = ("{\"status\":" + status + "}").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    int code = execute(args);
    assertThat(out + "" + err).as("colour where no terminal is").doesNotContain("\u001b");
    return code;
  }

  private int execute(String... args) {
    return Main.commandLine(args)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  /** Runs a client command against the server. */
  private int ask(String... args) {
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--server", "http://127.0.0.1:" + server.port()));
    return run(all.toArray(String[]::new));
  }

  private String printed() {
    return out.toString().strip();
  }

  private JsonNode json() {
    return JsonMapper.shared().readTree(out.toString());
  }

  private String submitted(String... more) {
    var args = new ArrayList<>(List.of("submit", "{\"n\": 1}"));
    args.addAll(List.of(more));
    assertThat(ask(args.toArray(String[]::new))).as(err.toString()).isZero();
    return printed();
  }

  private String failed() {
    String id = submitted("--endpoint", "gone");
    assertThat(ask("wait", id)).isEqualTo(1);
    Awaitility.await().until(() -> ask("dead-letters", "show", id) == 0);
    return id;
  }

  @Test
  void submitPrintsTheIdAndNothingElse() {
    assertThat(submitted()).matches("[0-9a-f-]{36}");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void submitPassesOnWhatItIsTold() throws IOException {
    var file = Files.writeString(folder.resolve("order.json"), "{\"order\": 17}");
    int code =
        ask(
            "submit",
            "@" + file,
            "--endpoint",
            "sample",
            "-X",
            "PUT",
            "-H",
            "X-A=b",
            "--priority",
            "high",
            "--session",
            "s1",
            "--timeout",
            "5",
            "-k",
            "key-1",
            "--wait",
            "10",
            "--json");

    assertThat(code).as(err.toString()).isZero();
    assertThat(json().path("status").asString()).isEqualTo("COMPLETED");
    assertThat(json().path("result").path("method").asString()).isEqualTo("PUT");
    assertThat(json().path("result").path("body").asString()).isEqualTo("{\"order\": 17}");
  }

  @Test
  void submitTakesEveryMetadataAndHeadersThatRepeat() {
    String id =
        submitted(
            "--endpoint",
            "gone",
            "-H",
            "X-A=one",
            "-H",
            "x-a: two",
            "-H",
            "X-B=c:d=e",
            "--type",
            "order.new",
            "--not-before",
            "2026-01-01T00:00:00Z",
            "--meta",
            "tenant=acme",
            "-m",
            "note=a \"b\"",
            "--metadata",
            "{\"n\": [1, {}], \"partition_key\": 7}");
    ask("wait", id);
    Awaitility.await().until(() -> ask("dead-letters", "show", id) == 0);

    assertThat(json().path("headers").toString())
        .startsWith("{\"X-A\":[\"one\",\"two\"],\"X-B\":\"c:d=e\",");
    assertThat(json().path("metadata"))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"endpoint": "gone", "type": "order.new", "not_before": "2026-01-01T00:00:00Z",
                     "tenant": "acme", "note": "a \\"b\\"", "n": [1, {}], "partition_key": 7}
                    """));
  }

  @Test
  void submitTakesNoMetadataThatIsNoneAndNothingTwice() {
    for (String wrong : new String[] {"1", "[]", "{", "{} {}", "x"}) {
      assertThat(ask("submit", "1", "--metadata", wrong)).as(wrong).isEqualTo(2);
      assertThat(err.toString()).contains("--metadata");
    }
    assertThat(ask("submit", "1", "--metadata", " {} ")).isZero();
    assertThat(ask("submit", "1", "-H", "no-separator")).isEqualTo(2);
    assertThat(ask("submit", "1", "-H", "=value")).isEqualTo(2);
    assertThat(ask("submit", "1", "--type", "a", "--meta", "type=b")).isEqualTo(1);
    assertThat(err.toString()).contains("/metadata/type");
  }

  @Test
  void submitReadsStandardInput() {
    var before = System.in;
    System.setIn(
        new ByteArrayInputStream("{\"from\": \"stdin\"}".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(ask("submit", "-", "--wait", "10", "--json")).as(err.toString()).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(json().path("result").path("body").asString()).isEqualTo("{\"from\": \"stdin\"}");
  }

  @Test
  void whoWaitsSeesThatItGoesOnAndTheServerIsNotFloodedWithQuestions() {
    var config =
        ((ConfigResult.Loaded)
                ConfigLoader.loadText(
                    """
                    server: {host: 127.0.0.1, port: 0, max_wait_seconds: 0}
                    queue: {type: memory}
                    cache: {type: memory}
                    """,
                    "cli",
                    folder,
                    Map.of()))
            .config();
    System.setProperty(Look.TERMINALS, "err");
    try (var impatient =
        OpenHqmServer.start(config, OpenHqmServer.Mode.ALL, InstantSource.system(), "test")) {
      String url = "http://127.0.0.1:" + impatient.port();
      assertThat(execute("submit", "1", "--delay", "600", "--wait", "3", "--server", url))
          .isEqualTo(6);
      assertThat(err.toString()).contains("\r\u001b[K").contains("PENDING");
      assertThat(out.toString()).doesNotContain("\u001b");

      var api = new ApiClient(URI.create(url));
      String metrics = api.get("/metrics", Duration.ZERO).text();
      var polls =
          Pattern.compile(
                  "openhqm_requests_total\\{endpoint=\"/api/v1/response/\\{id}\".*} ([0-9.]+)")
              .matcher(metrics);
      assertThat(polls.find()).isTrue();
      assertThat(Double.parseDouble(polls.group(1))).isBetween(2.0, 4.0);
      api.close();
    } catch (ApiClient.UnreachableException | InterruptedException failed) {
      throw new AssertionError(failed);
    } finally {
      System.clearProperty(Look.TERMINALS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/base", "/base/", "/a%20b/c//"})
  void aServerMayBeUnderAPathOfAGateway(String base) throws Exception {
    try (var gateway = SampleBackend.start();
        var api = new ApiClient(URI.create(gateway.url()).resolve(base))) {
      var answer = api.get("/api/v1/dead-letters?limit=1", Duration.ZERO);
      assertThat(answer.field("path"))
          .contains(base.replaceFirst("/+$", "") + "/api/v1/dead-letters?limit=1");
    }
  }

  @Test
  void submitSaysWhatTheServerDoesNotLike() {
    assertThat(ask("submit", "{\"n\":")).isEqualTo(1);
    assertThat(err.toString()).contains("not JSON");
    assertThat(ask("submit", "1", "--endpoint", "sampel")).isEqualTo(1);
    assertThat(err.toString()).contains("did you mean 'sample'?");
    assertThat(ask("submit", "1", "--endpoint", "sampel", "--json")).isEqualTo(1);
    assertThat(json().path("type").asString()).isEqualTo("/problems/route-unknown");
  }

  @Test
  void statusAndResponseShowAJob() {
    String id = submitted();
    assertThat(ask("wait", id)).isZero();
    assertThat(printed()).contains("COMPLETED").contains("\"body\":\"{\\\"n\\\": 1}\"");

    assertThat(ask("status", id)).isZero();
    assertThat(printed()).contains("COMPLETED").contains("attempts");
    assertThat(ask("status", id, "--json")).isZero();
    assertThat(json().path("correlation_id").asString()).isEqualTo(id);
    assertThat(ask("response", id, "--json")).isZero();
    assertThat(json().path("status_code").asInt()).isEqualTo(200);
  }

  @Test
  void theBackendsBytesComeOutAsTheyAre() {
    String id = submitted();
    ask("wait", id);
    assertThat(bodyOf(id))
        .isEqualTo("{\"method\":\"POST\",\"path\":\"/\",\"body\":\"{\\\"n\\\": 1}\"}");
  }

  @Test
  void aBackendsOwn202OrProblemIsNotTakenForTheServers() {
    for (var entry : Map.of("PUT", 202, "PATCH", 404).entrySet()) {
      String id = submitted("--endpoint", "own", "--method", entry.getKey());
      ask("wait", id);
      assertThat(bodyOf(id)).isEqualTo("{\"status\":" + entry.getValue() + "}");
    }
  }

  private String bodyOf(String id) {
    var bytes = new ByteArrayOutputStream();
    var before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertThat(ask("response", id, "--body")).as(err.toString()).isZero();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsNotDoneEndsWith6() {
    String id = submitted("--delay", "600");

    assertThat(ask("response", id)).isEqualTo(6);
    assertThat(ask("response", id, "--body")).isEqualTo(6);
    assertThat(ask("wait", id, "--timeout", "1")).isEqualTo(6);
    assertThat(ask("cancel", id)).isZero();
    assertThat(printed()).isEqualTo("cancellation asked");
    assertThat(ask("cancel", id)).isZero();
    assertThat(printed()).isEqualTo("already cancelled");
    assertThat(ask("wait", id)).isEqualTo(1);
  }

  @Test
  void whatIsUnknownEndsWith4() {
    for (String command : new String[] {"status", "response", "wait", "cancel"}) {
      assertThat(ask(command, UNKNOWN)).as(command).isEqualTo(4);
      assertThat(err.toString()).as(command).isNotBlank();
    }
    assertThat(ask("dead-letters", "show", UNKNOWN)).isEqualTo(4);
    assertThat(ask("dead-letters", "redrive", UNKNOWN)).isEqualTo(4);
    assertThat(ask("dead-letters", "purge", UNKNOWN)).isEqualTo(4);
  }

  @Test
  void whatFailedEndsWith1AndSaysWhy() {
    String id = failed();

    assertThat(ask("response", id)).isEqualTo(1);
    assertThat(printed()).contains("FAILED").contains("could not connect");
  }

  @Test
  void deadLettersAreListedShownRedrivenAndPurged() {
    String id = failed();

    assertThat(ask("dead-letters", "list", "--limit", "1000")).isZero();
    assertThat(json().path("dead_letters").findValuesAsString("correlation_id")).contains(id);
    assertThat(ask("dead-letters", "show", id)).isZero();
    assertThat(json().path("correlation_id").asString()).isEqualTo(id);
    assertThat(ask("dead-letters", "redrive", id)).isZero();
    String again = printed().replaceAll(".* ", "");
    assertThat(again).matches("[0-9a-f-]{36}").isNotEqualTo(id);
    assertThat(ask("wait", again)).isEqualTo(1);
    Awaitility.await().until(() -> ask("dead-letters", "purge", again) == 0);
    assertThat(ask("dead-letters", "show", again)).isEqualTo(4);
  }

  @Test
  void deadLettersAreListedPageByPage() {
    failed();
    failed();

    assertThat(ask("dead-letters", "list", "--limit", "1")).isZero();
    String first = json().path("dead_letters").path(0).path("correlation_id").asString();
    assertThat(ask("dead-letters", "list", "--limit", "1", "--after", first)).isZero();
    String second = json().path("dead_letters").path(0).path("correlation_id").asString();
    assertThat(second).isGreaterThan(first);
    assertThat(ask("dead-letters", "list", "--after", "ffffffff-ffff-ffff-bfff-ffffffffffff"))
        .isZero();
    assertThat(json().path("dead_letters")).isEmpty();
  }

  @Test
  void aServerThatIsNotThereEndsWith3AndSaysHowToStartIt() {
    assertThat(run("status", UNKNOWN, "--server", "http://127.0.0.1:1")).isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("http://127.0.0.1:1").contains("openhqm serve");
  }

  @Test
  void aWrongCommandLineEndsWith2() {
    assertThat(run("sumbit")).isEqualTo(2);
    assertThat(err.toString()).contains("submit");
    assertThat(run("status")).isEqualTo(2);
    assertThat(run("status", "no-uuid")).isEqualTo(2);
    assertThat(run("serve", "--port", "many")).isEqualTo(2);
    assertThat(run("serve", "--mode", "none")).isEqualTo(2);
    assertThat(ask("submit", "1", "--priority", "urgent")).isEqualTo(2);
    assertThat(ask("submit", "@" + folder.resolve("no-such-file"))).isEqualTo(2);
    assertThat(run("status", UNKNOWN, "--server", "ftp://localhost")).isEqualTo(2);
  }

  @Test
  void aServerThatCannotStartEndsWith5AndOneLineThatSaysWhy() throws IOException {
    var broken = Files.writeString(folder.resolve("broken.yaml"), "server: {prot: 1}");
    assertThat(run("serve", "--config", broken.toString())).isEqualTo(5);
    assertThat(err.toString()).contains("broken.yaml:1:10: server.prot").contains("'port'");
    assertThat(run("serve", "--config", folder.resolve("none.yaml").toString())).isEqualTo(5);

    var good =
        Files.writeString(
            folder.resolve("good.yaml"),
            "server: {host: 127.0.0.1}\nqueue: {type: memory}\ncache: {type: memory}\n");
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(run("serve", "--config", good.toString(), "--port", port)).isEqualTo(5);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString()).contains("127.0.0.1:" + port).contains("--port");
    }
    var used =
        Files.writeString(
            folder.resolve("used.yaml"),
            "server: {host: 127.0.0.1, port: 0}\nqueue: {embedded_path: cli.db}\n");
    for (String command : new String[] {"serve", "listener", "worker"}) {
      assertThat(run(command, "--config", used.toString())).as(command).isEqualTo(5);
      assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
      assertThat(err.toString()).contains("cli.db");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "listener",
        "worker",
        "demo",
        "submit",
        "status",
        "response",
        "wait",
        "cancel",
        "dead-letters",
        "dead-letters list",
        "dead-letters show",
        "dead-letters redrive",
        "dead-letters purge",
        "config",
        "config check",
        "config show",
        "version",
        "generate-completion"
      })
  void everyCommandExplainsItselfWithAnExample(String command) {
    var asked = new ArrayList<>(List.of(command.split(" ")));
    asked.add("--help");
    assertThat(run(asked.toArray(String[]::new))).isZero();
    assertThat(printed()).contains("Example").contains("openhqm " + command);
    assertThat(err.toString()).isEmpty();
    assertThat(run("--help")).isZero();
    assertThat(printed())
        .contains(command.split(" ")[0])
        .contains("Examples:")
        .contains("Exit codes:");
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(run("version")).isZero();
    assertThat(printed()).startsWith("openhqm ").contains("Java ");
    assertThat(run("--version")).isZero();
    assertThat(run("version", "--json")).isZero();
    assertThat(json().path("openhqm").asString()).isNotEmpty();
    assertThat(json().path("java").asString()).isEqualTo(Runtime.version().toString());
  }

  @Test
  void theCompletionScriptIsOneForBash() throws Exception {
    assertThat(run("generate-completion")).isZero();
    var script = Files.writeString(folder.resolve("completion.sh"), out.toString());
    assertThat(script).content().contains("dead-letters").contains("--idempotency-key");
    var bash = new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
    assertThat(bash.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).isZero();
  }
}
