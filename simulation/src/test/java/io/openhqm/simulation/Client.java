package io.openhqm.simulation;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.simulation.Witness.Accepted;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Submits one job, follows it to its end, and remembers all it was told. */
final class Client {
  private static final Pattern ID = Pattern.compile("\"correlation_id\":\"([^\"]+)\"");
  private static final Pattern STATUS = Pattern.compile("\"status\":\"([A-Z]+)\"");
  private static final Duration PATIENCE = Duration.ofHours(2);

  private final World world;
  private final Scheduler scheduler;
  private final Plan plan;

  Client(World world, Plan plan) {
    this.world = world;
    this.scheduler = world.scheduler;
    this.plan = plan;
  }

  void run() throws InterruptedException {
    scheduler.sleep(plan.begins());
    var begunAt = scheduler.instant();
    var id = submit(begunAt);
    if (id.isEmpty()) {
      return;
    }
    if (plan.cancelAfter().isPresent()) {
      scheduler.sleep(plan.cancelAfter().get());
      world.witness.cancelAsked(id.get());
      ask("DELETE", "/api/v1/requests/" + id.get(), Headers.none(), Bytes.empty());
    }
    follow(id.get());
  }

  /** With a key it comes again until it is told; without one it gives up. */
  private Optional<UUID> submit(Instant begunAt) throws InterruptedException {
    var headers = Headers.of("Content-Type", "application/json");
    headers = plan.key().map(headers("Idempotency-Key", headers)).orElse(headers);
    headers = plan.waits() ? headers.plus("Prefer", "wait=5") : headers;
    for (int i = 0; i < 50; i++) {
      var answer = plan.impatient() && plan.key().isPresent() ? twice(headers) : post(headers);
      if (answer.isPresent() && answer.get().status() < 300) {
        return accepted(answer.get(), begunAt);
      }
      boolean refused = answer.isPresent() && answer.get().status() != 503;
      if (refused) {
        world.witness.violation(5, "refused: " + answer.get().body().toUtf8());
      }
      if (plan.key().isEmpty() || refused) {
        return Optional.empty();
      }
      scheduler.sleep(Duration.ofSeconds(2));
    }
    return Optional.empty();
  }

  private static java.util.function.Function<String, Headers> headers(String name, Headers to) {
    return value -> to.plus(name, value);
  }

  private Optional<ApiResponse> post(Headers headers) throws InterruptedException {
    return ask("POST", "/api/v1/submit", headers, plan.body());
  }

  /** Loses patience and sends the same again while the first is still on its way. */
  private Optional<ApiResponse> twice(Headers headers) throws InterruptedException {
    var first = begin("POST", "/api/v1/submit", headers, plan.body());
    scheduler.sleep(Duration.ofMillis(20));
    var second = begin("POST", "/api/v1/submit", headers, plan.body());
    var answer = first.awaited();
    var other = second.awaited();
    return other.filter(one -> one.status() < 300).or(() -> answer);
  }

  private Optional<UUID> accepted(ApiResponse answer, Instant begunAt) {
    var matcher = ID.matcher(answer.body().toUtf8());
    if (!matcher.find()) {
      // A finished job's own answer: its id stands in the header.
      var id = answer.headers().first("X-Correlation-ID").map(UUID::fromString);
      id.ifPresent(one -> accept(one, begunAt));
      return id;
    }
    var id = UUID.fromString(matcher.group(1));
    accept(id, begunAt);
    return Optional.of(id);
  }

  private void accept(UUID id, Instant begunAt) {
    world.witness.accepted(new Accepted(id, plan, begunAt, scheduler.instant()));
  }

  private void follow(UUID id) throws InterruptedException {
    var giveUp = scheduler.instant().plus(PATIENCE);
    var seen = Optional.<String>empty();
    while (scheduler.instant().isBefore(giveUp)) {
      scheduler.sleep(Duration.ofMillis(1_000 + 137L * plan.number()));
      var answer = ask("GET", "/api/v1/status/" + id, Headers.none(), Bytes.empty());
      if (answer.isEmpty() || answer.get().status() == 503) {
        continue;
      }
      if (answer.get().status() != 200) {
        gone(id, answer.get());
        return;
      }
      var matcher = STATUS.matcher(answer.get().body().toUtf8());
      seen = matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
      if (seen.filter(one -> !one.equals("PENDING") && !one.equals("PROCESSING")).isPresent()) {
        read(id, seen.get());
        return;
      }
    }
    world.witness.violation(1, id + " is still " + seen + " after " + PATIENCE);
  }

  private void gone(UUID id, ApiResponse answer) {
    boolean expired =
        world.witness.end(id).filter(job -> job.isExpired(scheduler.instant())).isPresent();
    if (!expired) {
      world.witness.violation(1, id + " cannot be read: " + answer.body().toUtf8());
    }
  }

  private void read(UUID id, String status) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      var answer = ask("GET", "/api/v1/response/" + id + "/body", Headers.none(), Bytes.empty());
      if (answer.isPresent() && !isUnavailable(answer.get())) {
        judge(id, status, answer.get());
        return;
      }
      scheduler.sleep(Duration.ofSeconds(1));
    }
    world.witness.violation(1, id + " cannot be read");
  }

  /** Ours, and not one that the backend gave and that is passed on. */
  private static boolean isUnavailable(ApiResponse answer) {
    return answer.status() == 503 && !answer.headers().has("X-OpenHQM-Status");
  }

  private void judge(UUID id, String status, ApiResponse answer) {
    var calls = world.witness.callsOf(id);
    boolean passedOn = answer.headers().has("X-OpenHQM-Status");
    if (status.equals("COMPLETED") && !passedOn) {
      gone(id, answer);
    } else if (status.equals("COMPLETED")) {
      boolean told =
          calls.stream()
              .flatMap(call -> call.answer.stream())
              .anyMatch(
                  result ->
                      result.statusCode() == answer.status()
                          && result.body().equals(io.openhqm.core.Body.of(answer.body())));
      if (!told) {
        world.witness.violation(5, id + ": no call of the backend gave this answer");
      }
    } else if (passedOn || answer.status() == 202) {
      world.witness.violation(3, id + " was " + status + " and answers " + answer.status());
    }
  }

  private Optional<ApiResponse> ask(String method, String path, Headers headers, Bytes body)
      throws InterruptedException {
    return begin(method, path, headers, body).awaited();
  }

  /** A request on its way to some process; it dies with the process. */
  private Exchange begin(String method, String path, Headers headers, Bytes body) {
    var alive = world.nodes.stream().filter(Node::isAlive).toList();
    var exchange = new Exchange();
    if (alive.isEmpty()) {
      return exchange;
    }
    var node = alive.get(world.random.nextInt(alive.size()));
    var request = new ApiRequest(method, path, Optional.empty(), headers, body);
    var api = node.api();
    exchange.task =
        Optional.of(
            scheduler.spawn(
                node.life(),
                method + path,
                () -> {
                  var answer = api.handle(request);
                  world.witness.answered(answer);
                  scheduler.note("answers " + answer.status() + " " + answer.body().toUtf8());
                  exchange.answer = Optional.of(answer);
                }));
    return exchange;
  }

  /** Request and, if the process lived, answer. */
  private final class Exchange {
    private Optional<Scheduler.Task> task = Optional.empty();
    private Optional<ApiResponse> answer = Optional.empty();

    Optional<ApiResponse> awaited() throws InterruptedException {
      scheduler.await(Duration.ofSeconds(60), () -> task.stream().allMatch(Scheduler.Task::isOver));
      return answer;
    }
  }
}
