package io.openhqm.simulation;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.JobStatus;
import io.openhqm.core.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * One submission, and what its backend will do with it.
 *
 * @param number its number in the run; stands in the payload
 * @param payload the JSON, with the white space and the escapes that the client chose
 * @param headers what the client asks to forward
 * @param behaviours of the first call, the second, …; after the last the backend answers at once
 * @param answer what the backend answers in the end
 */
record Plan(
    int number,
    String payload,
    Headers headers,
    Optional<String> session,
    Optional<Integer> delaySeconds,
    int priority,
    Optional<String> key,
    List<Behaviour> behaviours,
    Result answer,
    Optional<Duration> cancelAfter,
    boolean waits,
    boolean impatient,
    Duration begins) {
  /** One call of the backend. */
  sealed interface Behaviour {
    record Answer(Duration after) implements Behaviour {}

    /** Asks for another try. */
    record Busy(Duration after, Optional<Duration> retryAfter) implements Behaviour {}

    record NoAnswer(Duration after) implements Behaviour {}

    /** Never answers: its time runs out. */
    record Hang() implements Behaviour {}

    record Refuse(Duration after) implements Behaviour {}

    /** Breaks, and tells a credential in its exception. */
    record Break(Duration after) implements Behaviour {}
  }

  static final int ATTEMPTS_MAX = 4;
  static final String SLOW = "slow";
  static final Duration TIMEOUT = Duration.ofSeconds(15);

  static Plan of(int number, Random random, Mood mood) {
    boolean plain = random.nextInt(3) == 0;
    boolean maySlow = random.nextBoolean();
    return new Plan(
        number,
        payload(number, random, mood),
        headers(number, random),
        plain || random.nextBoolean() ? Optional.empty() : Optional.of("s" + random.nextInt(2)),
        plain || random.nextInt(4) != 0 ? Optional.empty() : Optional.of(random.nextInt(60)),
        random.nextInt(10),
        random.nextBoolean() ? Optional.empty() : Optional.of("key-" + number),
        plain ? List.of(quick(random)) : behaviours(random, maySlow),
        answer(number, random, mood),
        plain || random.nextInt(6) != 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(random.nextInt(20_000))),
        random.nextInt(4) == 0,
        random.nextInt(4) == 0,
        Duration.ofMillis(random.nextInt(30_000)));
  }

  private static Behaviour quick(Random random) {
    return new Behaviour.Answer(Duration.ofMillis(random.nextInt(300)));
  }

  private static List<Behaviour> behaviours(Random random, boolean maySlow) {
    var list = new ArrayList<Behaviour>();
    int failures = random.nextInt(6);
    for (int i = 0; i < failures; i++) {
      var after = Duration.ofMillis(random.nextInt(2_000));
      list.add(
          switch (random.nextInt(7)) {
            case 0, 1 ->
                new Behaviour.Busy(
                    after,
                    random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(Duration.ofSeconds(random.nextInt(40))));
            case 2, 3 -> new Behaviour.NoAnswer(after);
            case 4 -> new Behaviour.Break(after);
            case 5 -> maySlow ? new Behaviour.Hang() : new Behaviour.NoAnswer(after);
            default -> new Behaviour.Refuse(after);
          });
    }
    list.add(
        maySlow ? new Behaviour.Answer(Duration.ofMillis(random.nextInt(13_000))) : quick(random));
    return list;
  }

  /** Big enough, now and then, to need a claim check. */
  private static String payload(int number, Random random, Mood mood) {
    var text = new StringBuilder();
    int length = mood.separate() && random.nextInt(3) == 0 ? 400 : random.nextInt(20);
    for (int i = 0; i < length; i++) {
      text.append(i % 7 == 0 ? "é𝄞\\u00e9\\n" : "b");
    }
    return String.format(
        Locale.ROOT, "{ \"n\":%d,\t\"x\" : 1.%d0e1 , \"t\":\"%s\"}", number, number, text);
  }

  static int numberIn(Bytes payload) {
    var text = payload.toUtf8();
    int from = text.indexOf(':') + 1;
    return Integer.parseInt(text.substring(from, text.indexOf(',', from)));
  }

  private static Headers headers(int number, Random random) {
    var headers = Headers.of("x-Odd-CASE", "v" + number, "X-Job", "" + number);
    return random.nextBoolean() ? headers : headers.plus("Accept", "a/b;q=0.1, */*");
  }

  private static Result answer(int number, Random random, Mood mood) {
    int length = mood.separate() && random.nextInt(3) == 0 ? 500 : random.nextInt(40);
    var bytes = new byte[length];
    random.nextBytes(bytes);
    int code = random.nextInt(4) == 0 ? 500 : 200;
    return new Result(
        code,
        Headers.of("Content-Type", "application/x-thing", "X-Answer", "" + number),
        Body.of(Bytes.wrap(bytes)));
  }

  Result busyAnswer() {
    return new Result(503, Headers.of("X-Busy", "yes"), Body.of(Bytes.utf8("busy " + number)));
  }

  /** Slow calls go to a backend of their own, which must hold up none of the others. */
  String endpoint() {
    return isSlow() ? SLOW : "orders";
  }

  boolean isSlow() {
    return behaviours.stream()
        .anyMatch(
            one ->
                one instanceof Behaviour.Hang
                    || one instanceof Behaviour.Answer answer
                        && answer.after().compareTo(Duration.ofSeconds(1)) > 0);
  }

  /** Where nothing else goes wrong it ends at once, whatever others do. */
  boolean isHealthy() {
    return session.isEmpty()
        && delaySeconds.isEmpty()
        && behaviours.size() == 1
        && !isSlow()
        && cancelAfter.isEmpty();
  }

  /** How many calls there are where nothing else goes wrong. */
  int callsForetold() {
    int calls = 0;
    for (var behaviour : behaviours) {
      calls++;
      if (calls == ATTEMPTS_MAX
          || behaviour instanceof Behaviour.Answer
          || behaviour instanceof Behaviour.Refuse) {
        break;
      }
    }
    return calls;
  }

  JobStatus statusForetold() {
    return switch (behaviours.get(callsForetold() - 1)) {
      case Behaviour.Answer answer -> JobStatus.COMPLETED;
      case Behaviour.Busy busy -> JobStatus.COMPLETED;
      case Behaviour.NoAnswer noAnswer -> JobStatus.FAILED;
      case Behaviour.Hang hang -> JobStatus.TIMEOUT;
      case Behaviour.Refuse refuse -> JobStatus.FAILED;
      case Behaviour.Break broken -> JobStatus.FAILED;
    };
  }

  Behaviour behaviour(int call) {
    return call < behaviours.size()
        ? behaviours.get(call)
        : new Behaviour.Answer(Duration.ofMillis(100));
  }

  /** The submission as the client writes it. */
  Bytes body() {
    var metadata = new ArrayList<String>();
    metadata.add("\"endpoint\":\"" + endpoint() + "\"");
    metadata.add("\"priority\":" + priority);
    session.ifPresent(id -> metadata.add("\"session_id\":\"" + id + "\""));
    delaySeconds.ifPresent(seconds -> metadata.add("\"delay\":" + seconds));
    var fields =
        headers.fields().stream()
            .map(field -> "\"" + field.name() + "\":\"" + field.value() + "\"")
            .toList();
    return Bytes.utf8(
        "{\"payload\" :"
            + payload
            + ", \"headers\":{"
            + String.join(",", fields)
            + "}, \"metadata\":{"
            + String.join(",", metadata)
            + "}}");
  }
}
