package io.openhqm.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
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

  /** What clients were promised: the id of each submission by its number. */
  private final Map<Integer, String> promised = new ConcurrentHashMap<>();

  private final AtomicInteger numbers = new AtomicInteger();
  private final HttpClient http =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

  private volatile boolean loading = true;

  @Test
  void everyAcceptedJobIsDoneOnceHoweverOftenTheServerIsKilled() throws Exception {
    var random = new Random(SEED);
    try (var backend = new CountingBackend();
        var server = new KilledServer(folder, backend.url());
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var load =
          IntStream.range(0, CLIENTS).mapToObj(i -> clients.submit(() -> load(server))).toList();
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
      loading = false;
      for (Future<?> client : load) {
        client.get();
      }
      requireEachAnswered(server);
      requireNoSecondCallWithinALife(backend);
    }
  }

  /** Submits as clients do: what was not answered is sent again under the same key. */
  private Void load(KilledServer server) throws InterruptedException {
    while (loading) {
      int number = numbers.incrementAndGet();
      var request =
          HttpRequest.newBuilder(server.at("/api/v1/submit"))
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", "number-" + number)
              .POST(BodyPublishers.ofString("{\"payload\":" + number + "}"))
              .build();
      while (true) {
        try {
          var answer = http.send(request, BodyHandlers.ofString());
          if (answer.statusCode() == 202) {
            promised.put(number, idOf(answer));
            break;
          }
          assertThat(answer.statusCode()).isEqualTo(503);
        } catch (IOException killed) {
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

  private void requireEachAnswered(KilledServer server)
      throws IOException, InterruptedException, ExecutionException {
    assertThat(new HashSet<>(promised.values())).as("ids").hasSameSizeAs(promised.values());
    for (var entry : promised.entrySet()) {
      var request =
          HttpRequest.newBuilder(server.at("/api/v1/response/" + entry.getValue()))
              .header("Prefer", "wait=30")
              .build();
      var answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as("the answer of number %d", entry.getKey()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"status\":\"COMPLETED\"")
          .contains("{\"answer\":" + entry.getKey() + "}");
    }
  }

  /** Only what was under way at a kill may be called again, so two calls have a kill in between. */
  private void requireNoSecondCallWithinALife(CountingBackend backend) {
    int again = 0;
    for (int number : promised.keySet()) {
      var lives = backend.calls().get(Integer.toString(number));
      assertThat(lives).as("calls of number %d", number).isNotNull().doesNotHaveDuplicates();
      again += lives.size() - 1;
    }
    // 16 workers, each with one call under way.
    assertThat(again).as("second calls").isLessThanOrEqualTo(KILLS * 16);
    assertThat(backend.calls())
        .as("nothing was called that nobody sent")
        .hasSizeLessThanOrEqualTo(numbers.get());
    System.out.printf(
        "%d kills: %d submissions accepted, all answered; %d backend calls repeated%n",
        KILLS, promised.size(), again);
  }
}
