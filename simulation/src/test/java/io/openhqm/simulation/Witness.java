package io.openhqm.simulation;

import io.openhqm.core.Body;
import io.openhqm.core.DeadLetters.DeadLetter;
import io.openhqm.core.Ending;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Message;
import io.openhqm.core.Telemetry;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.api.ApiResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Sees every write, every answer and every word that leaves the product, and says which promise is
 * broken.
 */
final class Witness implements Telemetry {
  /** Stands wherever a credential may stand: nobody may ever tell it. */
  static final String SECRET = "t0p-s3cret";

  /** A submission that was answered 202. */
  record Accepted(UUID id, Plan plan, Instant begunAt, Instant answeredAt) {}

  /** One call of the backend. */
  static final class Call {
    final Plan plan;
    final Scheduler.Group process;
    final Instant startedAt;
    Optional<Instant> endedAt = Optional.empty();
    Optional<io.openhqm.core.Result> answer = Optional.empty();

    /** Why another call may follow; empty: none may. */
    Optional<String> excuse = Optional.empty();

    boolean counts;

    Call(Plan plan, Scheduler.Group process, Instant startedAt) {
      this.plan = plan;
      this.process = process;
      this.startedAt = startedAt;
    }

    /** Its process stood still between the last look at its lease and the call: nobody can help. */
    boolean isJustThawed() {
      return !startedAt.isAfter(process.frozenUntil().plusMillis(500));
    }
  }

  private final Scheduler scheduler;
  private final List<String> violations = new ArrayList<>();
  private final Map<UUID, Job> terminal = new HashMap<>();

  /**
   * Jobs that a worker had in hand and that have not ended, whether anybody was told of them or
   * not.
   */
  private final Set<UUID> begun = new HashSet<>();

  private final Map<UUID, List<Call>> calls = new HashMap<>();
  private final Map<UUID, Accepted> accepted = new HashMap<>();
  private final Map<String, UUID> acceptedByKey = new HashMap<>();
  private final List<UUID> cancelled = new ArrayList<>();
  private final Map<String, Integer> seen = new HashMap<>();
  private final Map<UUID, Integer> announced = new HashMap<>();
  private final List<UUID> buriedByCopy = new ArrayList<>();

  Witness(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Counts what a run went through, so that a test can tell that it went through anything. */
  void saw(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  Map<String, Integer> seen() {
    return seen;
  }

  void violation(int promise, String what) {
    scheduler.note("VIOLATION of promise " + promise + ": " + what);
    if (violations.size() < 10) {
      violations.add("promise " + promise + ": " + what);
    }
  }

  List<String> violations() {
    return violations;
  }

  Map<UUID, Accepted> accepted() {
    return accepted;
  }

  List<Call> callsOf(UUID id) {
    return calls.getOrDefault(id, List.of());
  }

  boolean isCancelAsked(UUID id) {
    return cancelled.contains(id);
  }

  void cancelAsked(UUID id) {
    cancelled.add(id);
  }

  void accepted(Accepted one) {
    accepted.putIfAbsent(one.id(), one);
    one.plan()
        .key()
        .ifPresent(
            key -> {
              var before = acceptedByKey.putIfAbsent(key, one.id());
              if (before != null && !before.equals(one.id())) {
                violation(1, "key " + key + " was given the jobs " + before + " and " + one.id());
              }
            });
  }

  /** A job as it is now, after whatever may have written it. */
  void stored(UUID id, Optional<Job> now) {
    var before = terminal.get(id);
    begun.remove(id);
    if (now.isEmpty()) {
      if (before != null && !before.isExpired(scheduler.instant())) {
        violation(3, id + " was " + before.status() + " and is gone before it expired");
      }
      return;
    }
    var job = now.get();
    tell("job", text(job));
    if (before != null && !before.equals(job)) {
      violation(3, id + " was terminal, " + text(before) + ", and is now " + text(job));
    }
    if (job.status().isTerminal()) {
      if (before == null) {
        saw("ended " + job.status());
      }
      terminal.put(id, job);
    } else if (job.attempts() > 0) {
      begun.add(id);
    }
  }

  /** What a program that waits on the response queue has read. */
  void announced(List<String> announcements) {
    for (var text : announcements) {
      tell("announcement", text);
      announced.merge(UUID.fromString(text.substring(19, 55)), 1, Integer::sum);
    }
  }

  int announcementsOf(UUID id) {
    return announced.getOrDefault(id, 0);
  }

  Set<UUID> begun() {
    return begun;
  }

  boolean isTerminal(UUID id) {
    return terminal.containsKey(id);
  }

  Optional<Job> end(UUID id) {
    return Optional.ofNullable(terminal.get(id));
  }

  void sent(Message message) {
    tell("message", text(message));
  }

  /** A second delivery of a message was the one that brought it to the dead letters. */
  void buriedByCopy(UUID id) {
    buriedByCopy.add(id);
  }

  boolean isBuriedByCopy(UUID id) {
    return buriedByCopy.contains(id);
  }

  void buried(DeadLetter letter) {
    tell("dead letter", letter.reason() + text(letter.message()));
  }

  void answered(ApiResponse response) {
    tell("answer", text(response.headers()) + response.body().toUtf8());
    if (response.status() == 500 && !response.headers().has("X-OpenHQM-Status")) {
      violation(1, "an answer of 500: " + response.body().toUtf8());
    }
  }

  /** A call of the backend begins. */
  Call called(UUID id, Call call) {
    var before = calls.computeIfAbsent(id, unused -> new ArrayList<>());
    if (!before.isEmpty()) {
      saw("a backend called again");
    }
    boolean thawed = call.isJustThawed() || !before.isEmpty() && before.getLast().isJustThawed();
    if (!before.isEmpty() && before.getLast().excuse.isEmpty() && !thawed) {
      violation(2, "the backend was called again for " + id + " without a reason");
    }
    if (terminal.containsKey(id)) {
      boolean late = before.isEmpty() || before.getLast().excuse.isEmpty();
      if (late && !thawed) {
        violation(2, "the backend was called for " + id + ", which is terminal");
      }
    }
    before.add(call);
    requireOrder(id, call.plan);
    return call;
  }

  private void requireOrder(UUID id, Plan plan) {
    var me = accepted.get(id);
    if (me == null || plan.session().isEmpty()) {
      return;
    }
    for (var other : accepted.values()) {
      boolean before =
          other.plan().session().equals(plan.session())
              && other.answeredAt().isBefore(me.begunAt());
      if (before && !terminal.containsKey(other.id())) {
        violation(4, "session " + plan.session().get() + ": " + id + " overtook " + other.id());
      }
    }
  }

  /** Something went wrong with the record of what the last call for this job brought. */
  void excuse(UUID id, String why) {
    var of = callsOf(id);
    if (!of.isEmpty() && of.getLast().excuse.isEmpty()) {
      of.getLast().excuse = Optional.of(why);
    }
  }

  /** The process died or froze: whatever it had in hand may be done again. */
  void excuseAll(Scheduler.Group process, String why) {
    calls.forEach(
        (id, of) -> {
          boolean theirs = !of.isEmpty() && of.getLast().process == process;
          if (theirs && !terminal.containsKey(id)) {
            excuse(id, why);
          }
        });
  }

  private void tell(String where, String text) {
    if (text.contains(SECRET)) {
      violation(6, "a credential stands in a " + where + ": " + text);
    }
  }

  static String text(Headers headers) {
    var text = new StringBuilder();
    headers.fields().forEach(f -> text.append(f.name()).append(": ").append(f.value()).append(' '));
    return text.toString();
  }

  private static String text(Body body) {
    return body instanceof Body.Inline inline ? inline.bytes().toUtf8() : body.toString();
  }

  private static String text(Message message) {
    return message.id()
        + text(message.payload())
        + text(message.headers())
        + message.metadata()
        + message.metadata().json().toUtf8();
  }

  private static String text(Job job) {
    if (job.state() instanceof Job.State.Ended ended
        && ended.ending() instanceof Ending.Completed completed) {
      var result = completed.result();
      return job + text(result.headers()) + text(result.body());
    }
    return job.toString();
  }

  @Override
  public void accepted(UUID id, String endpoint) {
    tell("metric", endpoint);
  }

  @Override
  public void attemptStarted(UUID id, String endpoint, int attempt) {
    tell("metric", endpoint);
  }

  @Override
  public void attemptEnded(UUID id, String endpoint, String result, Duration took, String detail) {
    tell("log line", endpoint + " " + result + " " + detail);
  }

  @Override
  public void jobEnded(UUID id, String endpoint, JobStatus status, Duration sinceSubmitted) {
    tell("metric", endpoint);
  }

  @Override
  public void deadLettered(UUID id, String endpoint, String reason) {
    tell("log line", endpoint + " " + reason);
  }

  @Override
  public void trouble(String what, Throwable cause) {
    scheduler.note("trouble: " + what + ": " + cause);
    tell("log line", what);
    boolean expected = cause instanceof UnavailableException || cause instanceof Backend.Bug;
    if (!expected) {
      violation(1, "unexpected trouble: " + what + ": " + stack(cause));
    }
  }

  private static String stack(Throwable cause) {
    var text = new StringBuilder(cause.toString());
    for (var frame : cause.getStackTrace()) {
      if (frame.getClassName().startsWith("io.openhqm") && text.length() < 2_000) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }
}
