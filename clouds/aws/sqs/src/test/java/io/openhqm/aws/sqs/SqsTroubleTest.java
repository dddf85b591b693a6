package io.openhqm.aws.sqs;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openhqm.aws.sqs.ScriptedSqs.Answer;
import io.openhqm.core.EngineException;
import io.openhqm.core.Outcome;
import io.openhqm.core.UnavailableException;
import io.openhqm.tck.ManualClock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of calls that SQS does not answer as it should. */
@Timeout(60)
final class SqsTroubleTest {
  private final ManualClock clock = new ManualClock();

  private UnavailableException failedSend(SqsEngine engine) {
    return catchThrowableOfType(
        UnavailableException.class,
        () -> engine.queue().orElseThrow().send(Samples.message(), clock.instant()));
  }

  private static Answer refusal(int status, String code) {
    return (call, connection) -> connection.refuse(status, code, "account 123456789012");
  }

  private static Stream<Arguments> troubles() {
    return Stream.of(
        Arguments.of("a server error", refusal(500, "InternalError"), "status 500"),
        Arguments.of("a server that is overloaded", refusal(503, "ServiceUnavailable"), "503"),
        Arguments.of("throttling", refusal(400, "ThrottlingException"), "throttles SendMessage"),
        Arguments.of("throttling of old", refusal(403, "RequestThrottled"), "throttles"),
        Arguments.of("throttling of the key", refusal(400, "KmsThrottled"), "throttles"),
        Arguments.of("no permission", refusal(403, "AccessDenied"), "grant sqs:SendMessage"),
        Arguments.of("old credentials", refusal(400, "ExpiredToken"), "look at its credentials"),
        Arguments.of("no such queue", refusal(400, "QueueDoesNotExist"), "create it, or correct"),
        Arguments.of("a key that is off", refusal(400, "KmsDisabled"), "look at the key"),
        Arguments.of("anything else", refusal(400, "InvalidParameterValue"), "queue.sqs_*"),
        Arguments.of("no JSON", (Answer) (call, to) -> to.json(200, "<html>"), "SendMessage"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("troubles")
  void senderIsToldWhatToDo(String trouble, Answer answer, String words) throws Exception {
    try (var sqs = new ScriptedSqs(answer);
        var engine = sqs.engine(clock, false)) {
      var told = failedSend(engine);

      assertThat(told).hasMessageContaining("requests").hasMessageContaining(words);
      assertThat(told.getMessage()).doesNotContain("123456789012").doesNotContain("http://");
      assertThat(told.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
      assertThat(sqs.calls()).as("tries").hasSizeBetween(1, 3);
    }
  }

  @Test
  void senderIsToldThatNoConnectionLasts() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.reset());
        var engine = sqs.engine(clock, false)) {
      assertThat(failedSend(engine)).hasMessageContaining("look at the network");
      assertThat(sqs.calls()).as("tries").hasSize(6);
    }
  }

  private static Stream<Arguments> silences() {
    return Stream.of(
        Arguments.of("no answer", (Answer) (call, to) -> to.hang()),
        Arguments.of("an answer without end", (Answer) (call, to) -> to.drip()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("silences")
  void senderDoesNotWaitForEver(String silence, Answer answer) throws Exception {
    try (var sqs = new ScriptedSqs(answer);
        var engine = sqs.impatientEngine(clock)) {
      assertThat(failedSend(engine)).hasMessageContaining("in time");
      assertThat(sqs.calls()).as("tries").hasSizeBetween(1, 3);
    }
  }

  @Test
  void senderIsToldThatNobodyListens() throws Exception {
    int port;
    try (var gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    var client =
        SqsPeer.client(URI.create("http://127.0.0.1:" + port), SqsClients.Limits.USUAL).build();
    var queues =
        new SqsEngine.Queues(
            new SqsQueue("http://x/requests"),
            new SqsQueue("http://x/dead"),
            Optional.empty(),
            SqsPeer.MESSAGE_BYTES_MAX);
    try (var engine = new SqsEngine(client, SqsClients.Limits.USUAL, queues, clock)) {
      assertThat(failedSend(engine)).hasMessageContaining("look at the network");
      assertThat(engine.health().up()).isFalse();
      assertThat(engine.health().detail()).contains("look at the network");
    }
  }

  @Test
  void callsEndWhileAClientStillListens() {
    assertThat(SqsClients.Limits.USUAL.call()).isLessThanOrEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void callThatFailsOnceIsRepeatedUnderTheSameDeduplicationId() throws Exception {
    try (var sqs =
            new ScriptedSqs(
                new Answer() {
                  private boolean failed;

                  @Override
                  public synchronized void to(ScriptedSqs.Call call, ScriptedSqs.Connection to) {
                    if (failed) {
                      to.json(200, "{\"MessageId\":\"1\"}");
                    } else {
                      failed = true;
                      to.refuse(503, "ServiceUnavailable", "");
                    }
                  }
                });
        var engine = sqs.engine(clock, true)) {
      engine.queue().orElseThrow().send(Samples.messageOf("s"), clock.instant());

      assertThat(sqs.calls()).hasSize(2);
      assertThat(sqs.calls().get(1)).isEqualTo(sqs.calls().get(0));
      assertThat(sqs.calls().get(0).body()).contains("MessageDeduplicationId");
    }
  }

  @Test
  void receiverIsToldToo() throws Exception {
    try (var sqs = new ScriptedSqs(refusal(500, "InternalError"));
        var engine = sqs.engine(clock, false)) {
      var queue = engine.queue().orElseThrow();

      assertThatThrownBy(() -> queue.receive(1, Duration.ofSeconds(30), Duration.ofSeconds(1)))
          .isInstanceOf(UnavailableException.class);
      assertThatThrownBy(queue::depth).isInstanceOf(UnavailableException.class);
      assertThatThrownBy(() -> queue.deadLetters().find(Samples.message().id()))
          .isInstanceOf(UnavailableException.class);
    }
  }

  @Test
  void settlementThatFailsCanBeRepeatedAndBuriesOnce() throws Exception {
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  if (call.action().equals("DeleteMessage")) {
                    to.refuse(500, "InternalError", "");
                  } else {
                    to.json(200, "{\"MessageId\":\"1\"}");
                  }
                });
        var engine = sqs.engine(clock, false)) {
      var delivery = delivery(engine);
      var dead = new Outcome.DeadLetter("poison");

      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> delivery.settle(dead)).isInstanceOf(UnavailableException.class);
        assertThat(delivery.isToComeAgain()).isTrue();
      }

      assertThat(sqs.calls()).filteredOn(call -> call.action().equals("SendMessage")).hasSize(1);
    }
  }

  private static SqsDelivery delivery(SqsEngine engine) {
    return engine.deliveries().of(Samples.record(Parcel.of(Samples.message()))).orElseThrow();
  }

  @Test
  void deadLetterThatCannotBeSentIsNotRemoved() throws Exception {
    try (var sqs = new ScriptedSqs(refusal(403, "AccessDenied"));
        var engine = sqs.engine(clock, false)) {
      var delivery = delivery(engine);

      assertThatThrownBy(() -> delivery.settle(new Outcome.DeadLetter("poison")))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("'dead'");

      assertThat(delivery.isToComeAgain()).isTrue();
      assertThat(sqs.calls()).extracting(ScriptedSqs.Call::action).containsOnly("SendMessage");
    }
  }

  private static Stream<Arguments> lateReceipts() {
    return Stream.of(
        Arguments.of("MessageNotInflight", ""),
        Arguments.of("ReceiptHandleIsInvalid", ""),
        Arguments.of(
            "InvalidParameterValue",
            "Value x for parameter ReceiptHandle is invalid. Reason: The receipt handle has"
                + " expired."));
  }

  @ParameterizedTest
  @MethodSource("lateReceipts")
  void receiptThatSqsTakesNoLongerSettlesNothing(String code, String message) throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.refuse(400, code, message));
        var engine = sqs.engine(clock, false)) {
      var delivery = delivery(engine);

      delivery.extend(Duration.ofSeconds(30));
      delivery.settle(new Outcome.DeadLetter("x"));

      assertThat(sqs.calls())
          .extracting(ScriptedSqs.Call::action)
          .containsOnly("ChangeMessageVisibility");
      assertThat(delivery.isToComeAgain()).as("others have it").isTrue();
    }
  }

  @Test
  void interruptThatCameBeforeDoesNotSpoilACall() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, "{}"));
        var engine = sqs.engine(clock, false)) {
      var task =
          new FutureTask<>(
              () -> {
                Thread.currentThread().interrupt();
                delivery(engine).settle(new Outcome.RetryAfter(Duration.ZERO));
                return Thread.interrupted();
              });
      Thread.startVirtualThread(task);

      assertThat(task.get(20, SECONDS)).as("is interrupted still").isTrue();
      assertThat(sqs.calls()).hasSize(1);
    }
  }

  @Test
  void workerThatIsInterruptedWhileItSettlesGoesOnAndStaysInterrupted() throws Exception {
    try (var sqs =
            new ScriptedSqs(
                new Answer() {
                  private boolean silent = true;

                  @Override
                  public void to(ScriptedSqs.Call call, ScriptedSqs.Connection to)
                      throws Exception {
                    if (silent) {
                      silent = false;
                      to.hang();
                    }
                    to.json(200, "{}");
                  }
                });
        var engine = sqs.impatientEngine(clock)) {
      var task =
          new FutureTask<>(
              () -> {
                var delivery = delivery(engine);
                delivery.settle(new Outcome.RetryAfter(Duration.ZERO));
                return Thread.interrupted();
              });
      var worker = Thread.startVirtualThread(task);
      Awaitility.await().until(() -> !sqs.calls().isEmpty());

      worker.interrupt();

      assertThat(task.get(20, SECONDS)).as("is interrupted still").isTrue();
      assertThat(sqs.calls()).hasSize(2);
    }
  }

  @Test
  void connectionThatDiedWhileTheProcessStoodStillCostsOneTryAndNoCall() throws Exception {
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  // Each connection answers once, and is cut when it is used again.
                  if (to.uses() > 1) {
                    to.reset();
                  } else {
                    to.json(200, "{\"MessageId\":\"1\"}");
                  }
                });
        var engine = sqs.engine(clock, false)) {
      var queue = engine.queue().orElseThrow();
      queue.send(Samples.message(), clock.instant());

      queue.send(Samples.message(), clock.instant());

      assertThat(sqs.calls()).as("one, one that was cut, and its repetition").hasSize(3);
    }
  }

  @Test
  void connectionsThatAllDiedWhileTheProcessStoodStillCostNoCall() throws Exception {
    int kept = 5;
    var together = new CyclicBarrier(kept);
    var answered = new AtomicInteger();
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  if (to.uses() > 1) {
                    to.reset();
                    return;
                  }
                  if (answered.getAndIncrement() < kept) {
                    together.await();
                  }
                  to.json(200, "{\"MessageId\":\"1\"}");
                });
        var engine = sqs.engine(clock, false)) {
      var queue = engine.queue().orElseThrow();
      var sends =
          Stream.generate(
                  () ->
                      new FutureTask<Void>(
                          () -> queue.send(Samples.message(), clock.instant()), null))
              .limit(kept)
              .toList();
      sends.forEach(Thread::startVirtualThread);
      for (var send : sends) {
        send.get(20, SECONDS);
      }

      queue.send(Samples.message(), clock.instant());

      assertThat(sqs.calls())
          .as("some by connections that were cut, and one that went through")
          .hasSizeBetween(kept + 3, 2 * kept + 1);
    }
  }

  private static final String ONE_MESSAGE =
      """
      {"Messages":[{"MessageId":"4f0d5b1a-8f0e-4e4b-9a55-1f2c4a9f1c11","ReceiptHandle":"late",\
      "MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Body":"hello","Attributes":{}}]}""";

  @Test
  void messageThatComesAfterItsReceiverTurnedAwayIsGivenBack() throws Exception {
    var turnedAway = new CountDownLatch(1);
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  if (call.action().equals("ReceiveMessage")) {
                    turnedAway.await();
                    to.json(200, ONE_MESSAGE);
                  } else {
                    to.json(200, "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[]}");
                  }
                });
        var engine = sqs.engine(clock, false)) {
      var queue = engine.queue().orElseThrow();
      var task =
          new FutureTask<>(() -> queue.receive(1, Duration.ofSeconds(30), Duration.ofSeconds(20)));
      var receiver = Thread.startVirtualThread(task);
      Awaitility.await().until(() -> !sqs.calls().isEmpty());
      receiver.interrupt();
      assertThatThrownBy(() -> task.get(10, SECONDS))
          .hasCauseInstanceOf(InterruptedException.class);

      turnedAway.countDown();

      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(sqs.calls().getLast().action())
                      .isEqualTo("ChangeMessageVisibilityBatch"));
      assertThat(sqs.calls().getLast().body())
          .contains("\"ReceiptHandle\":\"late\"", "\"VisibilityTimeout\":0");
    }
  }

  @Test
  void messageThatComesWhileTheQueueClosesIsGivenBack() throws Exception {
    var closing = new CountDownLatch(1);
    try (var sqs =
        new ScriptedSqs(
            (call, to) -> {
              if (call.action().equals("ReceiveMessage")) {
                closing.await();
                to.json(200, ONE_MESSAGE);
              } else {
                to.json(200, "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[]}");
              }
            })) {
      var engine = sqs.engine(clock, false);
      var queue = engine.queue().orElseThrow();
      var task =
          new FutureTask<>(() -> queue.receive(1, Duration.ofSeconds(30), Duration.ofSeconds(20)));
      Thread.startVirtualThread(task);
      Awaitility.await().until(() -> !sqs.calls().isEmpty());

      var close = Thread.startVirtualThread(engine::close);
      assertThatThrownBy(() -> task.get(10, SECONDS))
          .hasCauseInstanceOf(UnavailableException.class);
      closing.countDown();
      close.join();

      assertThat(sqs.calls().getLast().action()).isEqualTo("ChangeMessageVisibilityBatch");
    }
  }

  @Test
  void lettersThatCouldNotBeRemovedAreNotCountedAsGone() throws Exception {
    var letters =
        """
        {"Messages":[\
        {"MessageId":"a","ReceiptHandle":"r0","MD5OfBody":"5d41402abc4b2a76b9719d911017c592",\
        "Body":"hello","Attributes":{"SentTimestamp":"1"}},\
        {"MessageId":"b","ReceiptHandle":"r1","MD5OfBody":"5d41402abc4b2a76b9719d911017c592",\
        "Body":"hello","Attributes":{"SentTimestamp":"2"}}]}""";
    try (var sqs =
            new ScriptedSqs(
                new Answer() {
                  private boolean taken;

                  @Override
                  public synchronized void to(ScriptedSqs.Call call, ScriptedSqs.Connection to) {
                    switch (call.action()) {
                      case "ReceiveMessage" -> to.json(200, taken ? "{}" : letters);
                      case "DeleteMessageBatch" ->
                          to.json(
                              200,
                              "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[{\"Id\":\"1\","
                                  + "\"Code\":\"InternalError\",\"SenderFault\":false}]}");
                      default -> to.json(200, "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[]}");
                    }
                    taken |= call.action().equals("ReceiveMessage");
                  }
                });
        var engine = sqs.engine(clock, false)) {
      int gone = engine.queue().orElseThrow().deadLetters().purgeBefore(clock.instant(), 10);

      assertThat(gone).isEqualTo(1);
      assertThat(sqs.calls().getLast().action()).isEqualTo("ChangeMessageVisibilityBatch");
      assertThat(sqs.calls().getLast().body()).contains("\"r1\"").doesNotContain("\"r0\"");
    }
  }

  @Test
  void oneDamagedMessageThatCannotBePutAwayHoldsUpNoOther() throws Exception {
    var two =
        """
        {"Messages":[\
        {"MessageId":"4f0d5b1a-8f0e-4e4b-9a55-1f2c4a9f1c11","ReceiptHandle":"r0",\
        "MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Body":"hello","Attributes":{},\
        "MessageAttributes":{"openhqm":{"DataType":"String","StringValue":"[]"}}},\
        {"MessageId":"4f0d5b1a-8f0e-4e4b-9a55-1f2c4a9f1c12","ReceiptHandle":"r1",\
        "MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Body":"hello","Attributes":{}}]}""";
    try (var sqs =
            new ScriptedSqs(
                (call, to) -> {
                  if (call.action().equals("ReceiveMessage")) {
                    to.json(200, two);
                  } else {
                    to.refuse(500, "InternalError", "");
                  }
                });
        var engine = sqs.engine(clock, false)) {
      var got = engine.queue().orElseThrow().receive(10, Duration.ofSeconds(30), Duration.ZERO);

      assertThat(got)
          .extracting(delivery -> delivery.message().id().toString())
          .containsExactly("4f0d5b1a-8f0e-4e4b-9a55-1f2c4a9f1c12");
      assertThat(sqs.calls()).extracting(ScriptedSqs.Call::action).doesNotContain("DeleteMessage");
    }
  }

  @Test
  void startFailsWithWordsThatSayWhatToDo() throws Exception {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    try (var sqs = new ScriptedSqs(refusal(403, "AccessDenied"))) {
      var settings =
          new SqsSettings(
              "eu-central-1",
              "orders",
              "orders-dead",
              Optional.empty(),
              SqsPeer.MESSAGE_BYTES_MAX,
              Optional.of(sqs.endpoint()));

      assertThatThrownBy(() -> SqsQueues.open(settings, clock))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("'orders'")
          .hasMessageContaining("grant sqs:GetQueueUrl");
    }
  }

  @Test
  void queueThatTakesLessThanTheSettingsSayStopsTheStart() throws Exception {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    try (var sqs =
        new ScriptedSqs(
            (call, to) -> to.json(200, "{\"Attributes\":{\"MaximumMessageSize\":\"262144\"}}"))) {
      var settings =
          new SqsSettings(
              "eu-central-1",
              sqs.endpoint() + "/1/orders",
              sqs.endpoint() + "/1/orders-dead",
              Optional.empty(),
              1_048_576,
              Optional.of(sqs.endpoint()));

      assertThatThrownBy(() -> SqsQueues.open(settings, clock))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("MaximumMessageSize")
          .hasMessageContaining("queue.sqs_max_message_bytes");
    }
  }

  /** The seconds of the last {@code ChangeMessageVisibility}. */
  private static int seconds(ScriptedSqs sqs) {
    var call = sqs.calls().getLast();
    assertThat(call.action()).isEqualTo("ChangeMessageVisibility");
    var matcher = Pattern.compile("\"VisibilityTimeout\":(\\d+)").matcher(call.body());
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void messageIsHeldForTwelveHoursAtMost() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, "{}"));
        var engine = sqs.engine(clock, false)) {
      var delivery = delivery(engine);
      delivery.extend(Duration.ofHours(11));
      assertThat(seconds(sqs)).isEqualTo(11 * 3_600);
      clock.advance(Duration.ofHours(10));

      delivery.extend(Duration.ofHours(11));

      assertThat(seconds(sqs)).as("two hours are left, less some slack").isBetween(7_100, 7_200);
      clock.advance(Duration.ofHours(2));
      int before = sqs.calls().size();
      delivery.extend(Duration.ofSeconds(30));
      delivery.settle(new Outcome.Done());
      assertThat(sqs.calls()).as("it is no longer held").hasSize(before);
    }
  }

  @Test
  void retryAfterALongAttemptComesEarlyRatherThanNever() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, "{}"));
        var engine = sqs.engine(clock, false)) {
      var delivery = delivery(engine);
      delivery.extend(Duration.ofHours(3));
      clock.advance(Duration.ofHours(2));
      var most = engine.queue().orElseThrow().features().maxRetryDelay().orElseThrow();

      delivery.settle(new Outcome.RetryAfter(most));

      assertThat(seconds(sqs)).isBetween(10 * 3_600 - 60, 10 * 3_600);
    }
  }

  @Test
  void partsOfASecondAreRoundedUp() throws Exception {
    try (var sqs = new ScriptedSqs((call, to) -> to.json(200, "{\"MessageId\":\"1\"}"));
        var engine = sqs.engine(clock, false)) {
      delivery(engine).settle(new Outcome.RetryAfter(Duration.ofMillis(1_001)));
      assertThat(seconds(sqs)).isEqualTo(2);

      engine.queue().orElseThrow().send(Samples.message(), clock.instant().plusNanos(1));
      assertThat(sqs.calls().getLast().body()).contains("\"DelaySeconds\":1");
    }
  }
}
