package io.openhqm.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.EngineException;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.Envelope;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Outcome;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.config.ConfigLoader;
import io.openhqm.core.config.ConfigResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SqsEngineTest {
  private final SqsPeer peer = SqsPeer.start();
  private final List<SqsEngine> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(SqsEngine::close);
    peer.close();
  }

  private SqsEngine open(SqsEngine.Queues queues) {
    var engine = peer.open(queues);
    opened.add(engine);
    return engine;
  }

  private SqsSettings settings(String requests, String deadLetters, Optional<String> responses) {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    return new SqsSettings(
            SqsPeer.REGION,
            requests,
            deadLetters,
            responses,
            SqsPeer.MESSAGE_BYTES_MAX,
            Optional.empty())
        .at(peer.endpoint());
  }

  private Message roundTrip(RequestQueue queue, Message message) throws InterruptedException {
    queue.send(message, peer.clock().instant());
    var delivery = queue.receive(1, Duration.ofMinutes(1), Duration.ofSeconds(5)).getFirst();
    delivery.settle(new Outcome.Done());
    return delivery.message();
  }

  @Test
  void payloadsUpToTheLimitTravelAndTheNextByteDoesNot() throws Exception {
    var queue = open(peer.newQueues(false)).queue().orElseThrow();
    int most = (int) queue.features().maxMessageBytes();
    var random = new Random(1);
    for (int length : new int[] {most - 1, most}) {
      var binary = new byte[length];
      random.nextBytes(binary);
      var message = Samples.message(Bytes.wrap(binary));
      assertThat(roundTrip(queue, message)).isEqualTo(message);
      var text = Samples.message(Bytes.utf8("x".repeat(length)));
      assertThat(roundTrip(queue, text)).isEqualTo(text);
    }

    var above = Samples.message(Bytes.wrap(new byte[most + 1]));
    assertThatThrownBy(() -> queue.send(above, peer.clock().instant()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(most));
    assertThat(queue.depth().messages()).isZero();
  }

  @Test
  void largestPayloadWithTheLargestHeadAndAReasonFitsASqsMessage() {
    var queue = open(peer.newQueues(false)).queue().orElseThrow();
    var random = new Random(1);
    var payload = new byte[(int) queue.features().maxMessageBytes()];
    random.nextBytes(payload);
    var head = "x".repeat(Envelope.HEAD_BYTES_MAX);
    var parcel = Parcel.of(Samples.message(Bytes.wrap(payload)));

    var letter =
        new Parcel(parcel.body(), parcel.attributes())
            .plus(
                Map.of(
                    "openhqm",
                    head,
                    "traceparent",
                    "x".repeat(55),
                    "openhqm-reason",
                    "𝄞".repeat(1_000),
                    "openhqm-dead-at",
                    "2026-03-04T05:06:07.089123456Z",
                    "openhqm-attempts",
                    "2147483647"));

    assertThat(letter.bytes()).isLessThanOrEqualTo(SqsPeer.MESSAGE_BYTES_MAX);
  }

  @Test
  void headThatSqsDoesNotTakeIsRefused() {
    var queue = open(peer.newQueues(false)).queue().orElseThrow();
    var message = Samples.message();
    var heavy =
        new Message(
            message.id(),
            message.payload(),
            Headers.of("X-Heavy", "x".repeat((int) SqsPeer.MESSAGE_BYTES_MAX)),
            message.metadata(),
            message.submittedAt(),
            message.traceparent());

    assertThatThrownBy(() -> queue.send(heavy, peer.clock().instant()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("headers");
  }

  @Test
  void foreignMessageOfAnySizeCanBeBuried() throws Exception {
    var queues = peer.newQueues(false);
    var queue = open(queues).queue().orElseThrow();
    String full = "y".repeat((int) SqsPeer.MESSAGE_BYTES_MAX);
    peer.admin().sendMessage(of -> of.queueUrl(queues.requests().url()).messageBody(full));

    queue
        .receive(1, Duration.ofMinutes(1), Duration.ofSeconds(5))
        .getFirst()
        .settle(new Outcome.DeadLetter("too large for words"));

    assertThat(queue.depth().messages()).isZero();
    var id = queue.deadLetters().list(Optional.empty(), 1).getFirst().id();
    var letter = queue.deadLetters().find(id).orElseThrow();
    assertThat(letter.message().payload()).isEqualTo(Body.of(Bytes.utf8(full)));
    assertThat(letter.reason()).contains("too large to be told why");
  }

  @Test
  void sessionsStayInOrderThroughRetriesOfManyWorkers() throws Exception {
    var queue = open(peer.newQueues(true)).queue().orElseThrow();
    var sent = new ConcurrentHashMap<String, List<UUID>>();
    for (int i = 0; i < 60; i++) {
      var message = Samples.messageOf("s" + i % 6);
      queue.send(message, peer.clock().instant());
      sent.computeIfAbsent("s" + i % 6, s -> new ArrayList<>()).add(message.id());
    }
    var done = new ConcurrentHashMap<String, List<UUID>>();
    var left = new AtomicInteger(60);

    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Future<?>>();
      for (int worker = 0; worker < 8; worker++) {
        var random = new Random(worker);
        tasks.add(
            workers.submit(
                () -> {
                  while (left.get() > 0) {
                    for (var delivery :
                        queue.receive(5, Duration.ofMinutes(5), Duration.ofSeconds(1))) {
                      if (random.nextInt(3) == 0) {
                        delivery.settle(new Outcome.RetryAfter(Duration.ZERO));
                        continue;
                      }
                      done.computeIfAbsent(
                              delivery.message().metadata().sessionId().orElseThrow(),
                              s -> Collections.synchronizedList(new ArrayList<>()))
                          .add(delivery.message().id());
                      delivery.settle(new Outcome.Done());
                      left.decrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (var task : tasks) {
        task.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(done).isEqualTo(sent);
  }

  @Test
  void messagesOfAnotherProgramStayInOrderWithinTheirGroup() throws Exception {
    var queues = peer.newQueues(true);
    var queue = open(queues).queue().orElseThrow();
    for (String body : List.of("a1", "a2", "b1", "a3")) {
      peer.admin()
          .sendMessage(
              of ->
                  of.queueUrl(queues.requests().url())
                      .messageBody(body)
                      .messageGroupId(body.substring(0, 1))
                      .messageDeduplicationId(body));
    }
    var seen = new ArrayList<String>();
    var retried = new HashSet<String>();

    while (seen.size() < 4) {
      for (var delivery : queue.receive(1, Duration.ofMinutes(1), Duration.ofSeconds(5))) {
        String body = ((Body.Inline) delivery.message().payload()).bytes().toUtf8();
        assertThat(delivery.isForeign()).isTrue();
        assertThat(delivery.message().metadata().sessionId()).contains(body.substring(0, 1));
        if (retried.add(body)) {
          delivery.settle(new Outcome.RetryAfter(Duration.ZERO));
        } else {
          seen.add(body);
          delivery.settle(new Outcome.Done());
        }
      }
    }

    assertThat(seen).filteredOn(body -> body.startsWith("a")).containsExactly("a1", "a2", "a3");
  }

  @Test
  void queuesAreFoundByTheirNames() throws Exception {
    var queues = peer.newQueues(false);
    var engine =
        SqsQueues.open(
            settings(
                queues.requests().name(),
                queues.deadLetters().name(),
                queues.responses().map(SqsQueue::name)),
            peer.clock());
    opened.add(engine);

    assertThat(engine.health().up()).isTrue();
    assertThat(engine.responses()).isPresent();
    assertThat(roundTrip(engine.queue().orElseThrow(), Samples.message())).isNotNull();
  }

  @Test
  void queueThatIsNotThereStopsTheStart() {
    assertThatThrownBy(
            () -> SqsQueues.open(settings("nowhere", "none", Optional.empty()), peer.clock()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("no queue 'nowhere'")
        .hasMessageContaining("create it");
  }

  @Test
  void functionAsksForNothingWhenItOpensAndNeedsUrls() {
    var settings =
        settings("https://sqs.invalid/1/orders", "https://sqs.invalid/1/dead", Optional.empty());

    SqsQueues.openUnasked(settings, peer.clock()).close();

    assertThatThrownBy(
            () -> SqsQueues.openUnasked(settings("orders", "x", Optional.empty()), peer.clock()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("queue.sqs_queue_url");
  }

  @Test
  void closedEngineSaysSo() {
    var engine = open(peer.newQueues(false));
    engine.close();

    assertThat(engine.health().up()).isFalse();
    assertThat(engine.health().detail()).contains("closed");
  }

  @Test
  void engineIsFoundByItsName() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .extracting(EngineProvider::name)
        .contains("sqs");
  }

  @Test
  void settingsComeFromTheConfiguration() {
    var environment =
        Map.of(
            "OPENHQM_QUEUE__TYPE", "sqs",
            "OPENHQM_QUEUE__SQS_REGION", "eu-central-1",
            "OPENHQM_QUEUE__SQS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/orders.fifo",
            "OPENHQM_QUEUE__DLQ_NAME", "orders-dead",
            "OPENHQM_QUEUE__SQS_MAX_MESSAGE_BYTES", "1048576",
            "OPENHQM_RESPONSE_QUEUE__ENABLED", "true");
    var loaded = (ConfigResult.Loaded) ConfigLoader.load(Optional.empty(), environment);
    var config = loaded.config();

    assertThat(SqsSettings.of(config))
        .isEqualTo(
            new SqsSettings(
                "eu-central-1",
                "https://sqs.eu-central-1.amazonaws.com/1/orders.fifo",
                "orders-dead",
                Optional.of("openhqm-responses"),
                1_048_576,
                Optional.empty()));
  }
}
