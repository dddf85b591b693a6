package io.openhqm.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Delivery;
import io.openhqm.core.Outcome;
import io.openhqm.core.UnavailableException;
import io.openhqm.tck.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many messages kept together: in how many calls, and what becomes of those that SQS refuses. */
@Timeout(60)
final class SqsExtendAllTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Pattern ENTRY = Pattern.compile("\"Id\":\"(\\d)\"");
  private static final String BATCH = "ChangeMessageVisibilityBatch";

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger receipts = new AtomicInteger();

  /** Hands out one message a call, and takes each extension but those of these ids. */
  private ScriptedSqs sqs(String code, String... refused) throws Exception {
    return new ScriptedSqs(
        (call, to) -> {
          switch (call.action()) {
            case "ReceiveMessage" -> to.json(200, oneMessage());
            case BATCH -> to.json(200, extended(call, code, refused));
            default -> to.json(200, "{}");
          }
        });
  }

  private String oneMessage() {
    int number = receipts.incrementAndGet();
    return """
        {"Messages":[{"MessageId":"m%1$s","ReceiptHandle":"r%1$s","Body":"{}","Attributes":{}}]}
        """
        .formatted(number);
  }

  private static String extended(ScriptedSqs.Call call, String code, String... refused) {
    var successful = new ArrayList<String>();
    var failed = new ArrayList<String>();
    ENTRY
        .matcher(call.body())
        .results()
        .map(match -> match.group(1))
        .forEach(
            id -> {
              if (List.of(refused).contains(id)) {
                failed.add(
                    "{\"Id\":\"%s\",\"Code\":\"%s\",\"SenderFault\":false,\"Message\":\"account 123456789012\"}"
                        .formatted(id, code));
              } else {
                successful.add("{\"Id\":\"%s\"}".formatted(id));
              }
            });
    return "{\"Successful\":[%s],\"Failed\":[%s]}"
        .formatted(String.join(",", successful), String.join(",", failed));
  }

  private static List<Delivery> received(SqsEngine engine, int count) throws InterruptedException {
    var all = new ArrayList<Delivery>();
    while (all.size() < count) {
      all.addAll(engine.queue().orElseThrow().receive(1, MINUTE, Duration.ZERO));
    }
    return all;
  }

  private static List<ScriptedSqs.Call> batches(ScriptedSqs sqs) {
    return sqs.calls().stream().filter(call -> call.action().equals(BATCH)).toList();
  }

  private static int entries(ScriptedSqs.Call call) {
    return (int) ENTRY.matcher(call.body()).results().count();
  }

  @Test
  void tenAreToldInOneCallAndOneThatIsDoneInNone() throws Exception {
    try (var sqs = sqs("");
        var engine = sqs.engine(clock, false)) {
      var all = received(engine, 24);
      all.getFirst().settle(new Outcome.Done());

      engine.queue().orElseThrow().extendAll(all, MINUTE.multipliedBy(2));

      assertThat(batches(sqs)).extracting(SqsExtendAllTest::entries).containsExactly(9, 10, 4);
      assertThat(batches(sqs))
          .allSatisfy(call -> assertThat(call.body()).contains("\"VisibilityTimeout\":120"));
    }
  }

  @Test
  void thoseThatAreHeldByOthersAreSpokenOfNoMoreAndTheRestIsKept() throws Exception {
    try (var sqs = sqs("MessageNotInflight", "1");
        var engine = sqs.engine(clock, false)) {
      var all = received(engine, 3);
      var queue = engine.queue().orElseThrow();

      queue.extendAll(all, MINUTE.multipliedBy(2));
      clock.advance(MINUTE);
      queue.extendAll(all, MINUTE);

      assertThat(batches(sqs)).extracting(SqsExtendAllTest::entries).containsExactly(3, 2);
      assertThat(batches(sqs).getLast().body()).contains("\"r1\"", "\"r3\"");
    }
  }

  @Test
  void whoAsksIsToldOfThoseThatSqsDidNotKeepAndTheOthersAreKeptAllTheSame() throws Exception {
    try (var sqs = sqs("InternalError", "1");
        var engine = sqs.engine(clock, false)) {
      var all = received(engine, 12);
      var queue = engine.queue().orElseThrow();

      assertThatThrownBy(() -> queue.extendAll(all, MINUTE.multipliedBy(2)))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("ChangeMessageVisibility")
          .hasMessageNotContaining("123456789012");

      assertThat(batches(sqs)).extracting(SqsExtendAllTest::entries).containsExactly(10, 2);
    }
  }
}
