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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the real server under load, again and again, and accounts for every 202. */
final class CrashTest {
  private static final int KILLS = Integer.getInteger("crash.kills", 20);
  private static final long SEED = Long.getLong("crash.seed", 20_26L);
  private static final int CLIENTS = 16;
  private static final int ACCEPTED_BETWEEN_KILLS = 100;
  private static final Pattern ID = Pattern.compile("\"correlation_id\":\"([^\"]+)\"");

  @TempDir Path folder;

  /** What clients were promised, by the number of the submission. */
  private final Map<Integer, Promise> promised = new ConcurrentHashMap<>();

  private final AtomicInteger numbers = new AtomicInteger();
  private final HttpClient http =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

  private volatile boolean loading = true;

  /**
   * @param nanoTime when it was first submitted
   */
  private record Promise(Submission submission, String id, long nanoTime) {}

  @Test
  void everyAcceptedJobEndsAsItShouldHoweverOftenTheServerIsKilled() throws Exception {
    try (var backend = new CountingBackend();
        var server = new KilledServer(folder, backend.url());
        var clients = Executors.newFixedThreadPool(CLIENTS)) {
      var load =
          IntStream.range(0, CLIENTS)
              .mapToObj(client -> clients.submit(() -> load(client, server)))
              .toList();
      try {
        killAgainAndAgain(server, backend);
      } finally {
        loading = false;
      }
      for (Future<?> client : load) {
        client.get();
      }
      var ends =
          promised.values().stream()
              .map(promise -> clients.submit(() -> requireToHaveEndedAsItShould(promise, server)))
              .toList();
      for (Future<?> end : ends) {
        end.get();
      }
      assertThat(promised.values()).as("ids").extracting(Promise::id).doesNotHaveDuplicates();
      requireNoSecondCallWithinALife(backend);
      requireOrderWithinASession(backend);
      requireDelays(backend);
    }
  }

  private void killAgainAndAgain(KilledServer server, CountingBackend backend)
      throws IOException, InterruptedException {
    var random = new Random(SEED);
    for (int kill = 0; kill < KILLS; kill++) {
      int until = promised.size() + ACCEPTED_BETWEEN_KILLS + random.nextInt(200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> promised.size() >= until);
      server.kill();
      backend.nextLife();
      server.startAgain();
    }
  }

  /**
   * Submits as clients do: what was not answered is sent again under the same key, where it has
   * one. What has none may be there or not, and nobody was promised anything.
   */
  private Void load(int client, KilledServer server) throws InterruptedException {
    while (loading) {
      var submission = new Submission(numbers.incrementAndGet(), client);
      var request =
          HttpRequest.newBuilder(server.at("/api/v1/submit"))
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

  private Void requireToHaveEndedAsItShould(Promise promise, KilledServer server)
      throws IOException, InterruptedException {
    var submission = promise.submission();
    var answer = get(server, "/api/v1/response/" + promise.id());
    assertThat(answer.statusCode()).as("the answer of %s", submission).isEqualTo(200);
    if (submission.kind() == Kind.DEAD) {
      assertThat(answer.body()).contains("\"status\":\"FAILED\"");
      var letter = get(server, "/api/v1/dead-letters/" + promise.id());
      assertThat(letter.statusCode()).as("the dead letter of %s", submission).isEqualTo(200);
      assertThat(letter.body()).contains("\"payload\":" + submission.payload());
    } else {
      assertThat(answer.body()).contains("\"status\":\"COMPLETED\"");
      var body = get(server, "/api/v1/response/" + promise.id() + "/body");
      assertThat(body.statusCode()).as("the body of %s", submission).isEqualTo(200);
      assertThat(body.body().equals("{\"answer\":" + submission.payload() + "}"))
          .as("the result of %s is the backend's, byte for byte", submission)
          .isTrue();
    }
    return null;
  }

  private HttpResponse<String> get(KilledServer server, String path)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(server.at(path)).header("Prefer", "wait=30").build();
    return http.send(request, BodyHandlers.ofString());
  }

  private List<Call> callsOf(CountingBackend backend, Promise promise) {
    return backend.calls().getOrDefault(promise.submission().number(), List.of());
  }

  /** Only what was under way at a kill may be called again, so two calls have a kill in between. */
  private void requireNoSecondCallWithinALife(CountingBackend backend) {
    int again = 0;
    for (var promise : promised.values()) {
      var lives = callsOf(backend, promise).stream().map(Call::life).toList();
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
    // 16 workers, each with one call under way.
    assertThat(again).as("second calls").isLessThanOrEqualTo(KILLS * 16);
    assertThat(backend.calls())
        .as("nothing was called that nobody sent")
        .hasSizeLessThanOrEqualTo(numbers.get());
    var kinds =
        promised.values().stream()
            .collect(Collectors.groupingBy(one -> one.submission().kind(), Collectors.counting()));
    assertThat(kinds).as("every kind was there").containsKeys(Kind.values());
    System.out.printf(
        "%d kills: %d submissions accepted, all ended as they should, %s; %d backend calls repeated%n",
        KILLS, promised.size(), new TreeMap<>(kinds), again);
  }

  /** A client's next one was submitted after its last was accepted, and is called after it. */
  private void requireOrderWithinASession(CountingBackend backend) {
    var bySession =
        promised.values().stream()
            .filter(promise -> promise.submission().session().isPresent())
            .sorted(Comparator.comparing(promise -> promise.submission().number()))
            .collect(
                Collectors.groupingBy(promise -> promise.submission().session().orElseThrow()));
    bySession.forEach(
        (session, inOrder) ->
            assertThat(
                    inOrder.stream()
                        .flatMap(promise -> callsOf(backend, promise).stream())
                        .map(Call::turn))
                .as("the order of calls of %s", session)
                .isSorted());
  }

  private void requireDelays(CountingBackend backend) {
    for (var promise : promised.values()) {
      if (promise.submission().kind() == Kind.DELAYED) {
        long waited = callsOf(backend, promise).getFirst().nanoTime() - promise.nanoTime();
        assertThat(Duration.ofNanos(waited))
            .as("the delay of %s", promise.submission())
            .isGreaterThanOrEqualTo(Duration.ofSeconds(Submission.DELAY_SECONDS));
      }
    }
  }
}
