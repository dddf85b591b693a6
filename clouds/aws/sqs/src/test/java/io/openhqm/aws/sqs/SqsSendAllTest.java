package io.openhqm.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.aws.sqs.SqsCalls.Sendable;
import io.openhqm.aws.sqs.SqsCalls.Sending;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.RequestQueue.NotSent;
import io.openhqm.core.UnavailableException;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many messages sent together: in how many calls, and what becomes of those that SQS refuses. */
@Timeout(60)
final class SqsSendAllTest {
  private static final Pattern ENTRY = Pattern.compile("\"Id\":\"(\\d)\"");

  private final ManualClock clock = new ManualClock();

  private static List<Message> messages(int count) {
    return IntStream.range(0, count).mapToObj(i -> Samples.message()).toList();
  }

  /** Takes all entries but those of these ids. */
  private static String answer(ScriptedSqs.Call call, String... refused) {
    var successful = new StringBuilder();
    var failed = new StringBuilder();
    for (String id : ENTRY.matcher(call.body()).results().map(match -> match.group(1)).toList()) {
      if (List.of(refused).contains(id)) {
        failed
            .append(failed.isEmpty() ? "" : ",")
            .append("{\"Id\":\"%s\",\"Code\":\"InternalError\",".formatted(id))
            .append("\"SenderFault\":false,\"Message\":\"account 123456789012\"}");
      } else {
        successful
            .append(successful.isEmpty() ? "" : ",")
            .append("{\"Id\":\"%s\",\"MessageId\":\"m\",\"MD5OfMessageBody\":\"\"}".formatted(id));
      }
    }
    return "{\"Successful\":[" + successful + "],\"Failed\":[" + failed + "]}";
  }

  private static int entries(ScriptedSqs.Call call) {
    return (int) ENTRY.matcher(call.body()).results().count();
  }

  private static Message heavy(Message message, long bytes) {
    return new Message(
        message.id(),
        message.payload(),
        Headers.of("X-Heavy", "x".repeat((int) bytes)),
        message.metadata(),
        message.submittedAt(),
        message.traceparent());
  }

  private List<NotSent> sendAll(SqsEngine engine, List<Message> messages) {
    return engine.queue().orElseThrow().sendAll(messages, clock.instant());
  }

  @Test
  void tenGoInOneCall() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, answer(call)));
        var engine = sqs.engine(clock, false)) {
      assertThat(sendAll(engine, messages(23))).isEmpty();

      assertThat(sqs.calls()).extracting(SqsSendAllTest::entries).containsExactly(10, 10, 3);
      assertThat(sqs.calls()).extracting(ScriptedSqs.Call::action).containsOnly("SendMessageBatch");
    }
  }

  @Test
  void oneCallCarriesNoMoreThanSqsTakes() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, answer(call)));
        var engine = sqs.engine(clock, false)) {
      var large =
          messages(5).stream()
              .map(message -> heavy(message, SqsPeer.MESSAGE_BYTES_MAX / 3))
              .toList();

      assertThat(sendAll(engine, large)).isEmpty();

      assertThat(sqs.calls()).extracting(SqsSendAllTest::entries).containsExactly(2, 2, 1);
    }
  }

  @Test
  void onlyThoseAreLeftThatSqsRefused() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, answer(call, "1", "3")));
        var engine = sqs.engine(clock, false)) {
      var messages = messages(5);

      var notSent = sendAll(engine, messages);

      assertThat(notSent)
          .extracting(NotSent::message)
          .containsExactly(messages.get(1), messages.get(3));
      assertThat(notSent)
          .extracting(NotSent::why)
          .allSatisfy(
              why ->
                  assertThat(why)
                      .isInstanceOf(UnavailableException.class)
                      .hasMessageContaining("SendMessage")
                      .hasMessageNotContaining("123456789012"));
    }
  }

  @Test
  void aCallThatFailsLeavesItsMessagesAndStopsNoOther() throws Exception {
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  if (entries(call) == 10) {
                    to.refuse(403, "AccessDenied", "");
                  } else {
                    to.json(200, answer(call));
                  }
                });
        var engine = sqs.engine(clock, false)) {
      var messages = messages(12);

      assertThat(sendAll(engine, messages))
          .extracting(NotSent::message)
          .containsExactlyElementsOf(messages.subList(0, 10));
    }
  }

  @Test
  void nothingOvertakesARefusedOneOfItsSession() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, answer(call, "0")));
        var engine = sqs.engine(clock, true)) {
      var messages =
          List.of(
              Samples.messageOf("a"),
              Samples.messageOf("b"),
              Samples.messageOf("a"),
              Samples.messageOf("c"),
              Samples.messageOf("b"));

      // The first of each call is refused: "a"; the rest of "a" is left, the other "b" and "c" go
      // in a call of their own, of which the first is refused.
      var notSent = sendAll(engine, messages);

      assertThat(notSent)
          .extracting(NotSent::message)
          .containsExactly(messages.get(0), messages.get(2), messages.get(3));
      assertThat(sqs.calls()).extracting(SqsSendAllTest::entries).containsExactly(2, 2);
    }
  }

  @Test
  void delayIsToldForEachAndTooLongAOneIsRefused() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, answer(call)));
        var engine = sqs.engine(clock, false)) {
      var queue = engine.queue().orElseThrow();

      assertThat(queue.sendAll(messages(1), clock.instant().plusSeconds(7))).isEmpty();
      assertThat(sqs.calls().getLast().body()).contains("\"DelaySeconds\":7");

      assertThat(queue.sendAll(messages(1), clock.instant().plus(Duration.ofHours(1))))
          .extracting(NotSent::why)
          .hasOnlyElementsOfType(IllegalArgumentException.class);
      assertThat(sqs.calls()).hasSize(1);
    }
  }

  @Test
  void aRealQueueTakesTheOthersOfABatchOfWhichItRefusesOne() {
    try (var peer = SqsPeer.start()) {
      var calls = new SqsCalls(peer.admin(), SqsPeer.PATIENT);
      var queue = new SqsQueue(peer.newQueue(false, Map.of()));

      var failures =
          calls.sendAll(queue, List.of(sendable("one"), sendable("\u0000"), sendable("three")));

      assertThat(failures).containsOnlyKeys(1);
      assertThat(failures.get(1)).hasMessageContaining("SendMessage");
      assertThat(calls.receive(queue, 10, 60, 1))
          .extracting(SqsRecord::body)
          .containsExactlyInAnyOrder("one", "three");
    }
  }

  private static Sendable sendable(String body) {
    return new Sendable(new Parcel(body, Map.of()), Sending.AT_ONCE);
  }
}
