package io.openhqm.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.crash.CountingBackend.Call;
import io.openhqm.crash.Submission.Kind;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Submit without a pause while processes are killed, and then account for every 202. */
final class Clients implements AutoCloseable {
  /** How many calls a killed worker may have under way. */
  static final int WORKERS = 16;

  private static final int ACCEPTED_OF_EACH_BETWEEN_KILLS = 6;
  private static final Duration LETTER_PATIENCE = Duration.ofSeconds(60);
  private static final Pattern ID = Pattern.compile("\"correlation_id\":\"([^\"]+)\"");

  private final int count;
  private final KilledServer listener;
  private final CountingBackend backend;
  private final Set<Kind> kinds;

  /** What was promised, by the number of the submission. */
  private final Map<Integer, Promise> promised = new ConcurrentHashMap<>();

  private final AtomicInteger numbers = new AtomicInteger();
  private final ExecutorService threads;
  private final HttpClient http =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

  private volatile boolean loading = true;

  /**
   * @param nanoTime when it was first submitted
   */
  private record Promise(Submission submission, String id, long nanoTime) {}

  /**
   * @param count how many submit at the same time
   * @param kinds what is submitted; a submission of another kind is a plain one
   */
  Clients(int count, KilledServer listener, CountingBackend backend, Set<Kind> kinds) {
    this.count = count;
    this.listener = listener;
    this.backend = backend;
    this.kinds = kinds;
    this.threads = Executors.newFixedThreadPool(count);
  }

  /** Kills {@code servers} in turns, each when some more submissions were accepted. */
  void loadWhileKilling(List<KilledServer> servers, int kills, long seed) throws Exception {
    var load =
        IntStream.range(0, count).mapToObj(client -> threads.submit(() -> load(client))).toList();
    try {
      var random = new Random(seed);
      for (int kill = 0; kill < kills; kill++) {
        int some = count * ACCEPTED_OF_EACH_BETWEEN_KILLS;
        int until = promised.size() + some + random.nextInt(2 * some);
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(1))
            .until(() -> promised.size() >= until);
        var server = servers.get(kill % servers.size());
        server.kill();
        if (server.calls()) {
          backend.nextLife();
        }
        server.startAgain();
      }
    } finally {
      loading = false;
    }
    awaitAll(load);
  }

  private static void awaitAll(List<Future<Void>> tasks)
      throws ExecutionException, InterruptedException {
    for (var task : tasks) {
      task.get();
    }
  }

  /**
   * Submits as clients do: what was not answered is sent again under the same key, where it has
   * one. What has none may be there or not, and nobody was promised anything.
   */
  private Void load(int client) throws InterruptedException {
    while (loading) {
      var submission = new Submission(numbers.incrementAndGet(), client, kinds);
      var request =
          HttpRequest.newBuilder(listener.at("/api/v1/submit"))
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(submission.body()));
      submission.key().ifPresent(key -> request.header("Idempotency-Key", key));
      long begun = System.nanoTime();
      while (loading) {
        try {
          var answer = http.send(request.build(), BodyHandlers.ofString());
          if (answer.statusCode() == 202) {
            promised.put(submission.number(), new Promise(submission, idOf(answer), begun));
            break;
          }
          assertThat(answer.statusCode()).isEqualTo(503);
        } catch (IOException killed) {
          if (submission.key().isEmpty()) {
            break;
          }
          LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
      }
    }
    return null;
  }

  private static String idOf(HttpResponse<String> answer) {
    var id = ID.matcher(answer.body());
    assertThat(id.find()).as(answer.body()).isTrue();
    return id.group(1);
  }

  /**
   * Each job ended as it should, and was called as often and in the order in which it may have
   * been.
   *
   * @param secondCallsMax how many calls the kills may have cut off
   */
  void requireAllPromisesKept(int secondCallsMax) throws Exception {
    var ends = promised.values().stream().map(promise -> threads.submit(endOf(promise))).toList();
    awaitAll(ends);
    assertThat(promised.values()).as("ids").extracting(Promise::id).doesNotHaveDuplicates();
    requireNoSecondCallWithinALife(secondCallsMax);
    requireOrderWithinASession();
    requireDelays();
  }

  private Callable<Void> endOf(Promise promise) {
    return () -> {
      requireToHaveEndedAsItShould(promise);
      return null;
    };
  }

  private void requireToHaveEndedAsItShould(Promise promise)
      throws IOException, InterruptedException {
    var submission = promise.submission();
    var answer = get("/api/v1/response/" + promise.id());
    assertThat(answer.statusCode()).as("the answer of %s", submission).isEqualTo(200);
    if (submission.kind() == Kind.DEAD) {
      assertThat(answer.body()).contains("\"status\":\"FAILED\"");
      // Where jobs and messages are kept apart, the letter follows the end of its job, and a
      // process that was killed while it looked at the letters hides them for a while.
      Awaitility.await().atMost(LETTER_PATIENCE).untilAsserted(() -> requireDeadLetter(promise));
    } else {
      assertThat(answer.body()).contains("\"status\":\"COMPLETED\"");
      var body = get("/api/v1/response/" + promise.id() + "/body");
      assertThat(body.statusCode()).as("the body of %s", submission).isEqualTo(200);
      assertThat(body.body().equals("{\"answer\":" + submission.payload() + "}"))
          .as("the result of %s is the backend's, byte for byte", submission)
          .isTrue();
    }
  }

  private void requireDeadLetter(Promise promise) throws IOException, InterruptedException {
    var letter = get("/api/v1/dead-letters/" + promise.id());
    assertThat(letter.statusCode())
        .as("the dead letter of %s", promise.submission())
        .isEqualTo(200);
    assertThat(letter.body()).contains("\"payload\":" + promise.submission().payload());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(listener.at(path)).header("Prefer", "wait=30").build();
    return http.send(request, BodyHandlers.ofString());
  }

  private List<Call> callsOf(Promise promise) {
    return backend.calls().getOrDefault(promise.submission().number(), List.of());
  }

  /** Only what was under way at a kill may be called again, so two calls have a kill in between. */
  private void requireNoSecondCallWithinALife(int secondCallsMax) {
    int again = 0;
    for (var promise : promised.values()) {
      var lives = callsOf(promise).stream().map(Call::life).toList();
      if (promise.submission().kind() == Kind.DEAD) {
        assertThat(lives).isEmpty();
      } else {
        assertThat(lives)
            .as("calls of %s", promise.submission())
            .isNotEmpty()
            .doesNotHaveDuplicates();
        again += lives.size() - 1;
      }
    }
    assertThat(again).as("second calls").isLessThanOrEqualTo(secondCallsMax);
    assertThat(backend.calls())
        .as("nothing was called that nobody sent")
        .hasSizeLessThanOrEqualTo(numbers.get());
    var seen =
        promised.values().stream()
            .collect(Collectors.groupingBy(one -> one.submission().kind(), Collectors.counting()));
    assertThat(seen.keySet()).as("every kind was there").isEqualTo(kinds);
    System.out.printf(
        "%d submissions accepted, all ended as they should, %s; %d backend calls repeated%n",
        promised.size(), new TreeMap<>(seen), again);
  }

  /** A client's next one was submitted after its last was accepted, and is called after it. */
  private void requireOrderWithinASession() {
    var bySession =
        promised.values().stream()
            .filter(promise -> promise.submission().session().isPresent())
            .sorted(Comparator.comparing(promise -> promise.submission().number()))
            .collect(
                Collectors.groupingBy(promise -> promise.submission().session().orElseThrow()));
    bySession.forEach(
        (session, inOrder) ->
            assertThat(
                    inOrder.stream().flatMap(promise -> callsOf(promise).stream()).map(Call::turn))
                .as("the order of calls of %s", session)
                .isSorted());
  }

  private void requireDelays() {
    for (var promise : promised.values()) {
      if (promise.submission().kind() == Kind.DELAYED) {
        long waited = callsOf(promise).getFirst().nanoTime() - promise.nanoTime();
        assertThat(Duration.ofNanos(waited))
            .as("the delay of %s", promise.submission())
            .isGreaterThanOrEqualTo(Duration.ofSeconds(Submission.DELAY_SECONDS));
      }
    }
  }

  /** Does not wait for answers that will not come. */
  @Override
  public void close() {
    threads.shutdownNow();
    http.shutdownNow();
  }
}
