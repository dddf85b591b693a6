package io.openhqm.aws.sqs;

import static software.amazon.awssdk.services.sqs.model.QueueAttributeName.FIFO_QUEUE;

import io.openhqm.aws.sqs.SqsClients.Limits;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import scala.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The SQS that a test talks to: an ElasticMQ in this process with a clock of its own, or what the
 * system property {@code openhqm.test.sqs.endpoint} names, such as a LocalStack, for which tests
 * have to wait.
 */
final class SqsPeer implements AutoCloseable {
  static final String REGION = "us-east-1";
  static final long MESSAGE_BYTES_MAX = 262_144;

  /** For a machine that is busy with other tests. */
  static final Limits PATIENT = new Limits(Duration.ofMinutes(1), Duration.ofMinutes(2));

  private static final Optional<URI> GIVEN =
      Optional.ofNullable(System.getProperty("openhqm.test.sqs.endpoint")).map(URI::create);

  private final LeapingClock clock = new LeapingClock();
  private final Optional<SQSRestServer> own;
  private final URI endpoint;
  private final SqsClient admin;

  private SqsPeer() {
    own = GIVEN.isPresent() ? Optional.empty() : Optional.of(elasticMq(clock));
    endpoint = own.map(SqsPeer::address).or(() -> GIVEN).orElseThrow();
    admin = client(endpoint, PATIENT).build();
  }

  static SqsPeer start() {
    return new SqsPeer();
  }

  /** Shared: it has threads, and the servers keep nothing in it. */
  private static final class Actors {
    static final ActorSystem SYSTEM = ActorSystem.create("tests");
  }

  private static SQSRestServer elasticMq(LeapingClock clock) {
    var queues =
        Actors.SYSTEM.actorOf(
            Props.create(
                QueueManagerActor.class,
                clock.forElasticMq(),
                StrictSQSLimits$.MODULE$,
                Option.empty()));
    return SQSRestServerBuilder.withActorSystem(Actors.SYSTEM)
        .withQueueManagerActor(queues)
        .withInterface("127.0.0.1")
        .withDynamicPort()
        .start();
  }

  private static URI address(SQSRestServer server) {
    return URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
  }

  /** Whether time passes only as it does for everybody. */
  boolean isRealTime() {
    return own.isEmpty();
  }

  LeapingClock clock() {
    return clock;
  }

  /** Returns when {@code duration} is over for the SQS. */
  void passTime(Duration duration) throws InterruptedException {
    if (isRealTime()) {
      Thread.sleep(duration);
    } else {
      clock.leap(duration);
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** To look at queues with, and to do what other programs do. */
  SqsClient admin() {
    return admin;
  }

  /** How the engine's client is made, for any server that speaks as SQS does. */
  static SqsClientBuilder client(URI endpoint, Limits limits) {
    return SqsClients.builder(
        REGION,
        Optional.of(endpoint),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")),
        limits);
  }

  /** The URL of a queue that no other test uses. */
  String newQueue(boolean fifo, Map<QueueAttributeName, String> attributes) {
    var all = new HashMap<>(attributes);
    if (fifo) {
      all.put(FIFO_QUEUE, "true");
    }
    String name = "test-" + UUID.randomUUID() + (fifo ? ".fifo" : "");
    return admin.createQueue(of -> of.queueName(name).attributes(all)).queueUrl();
  }

  /** Queues that no other test uses. */
  SqsEngine.Queues newQueues(boolean fifo) {
    return new SqsEngine.Queues(
        new SqsQueue(newQueue(fifo, Map.of())),
        new SqsQueue(newQueue(fifo, Map.of())),
        Optional.of(new SqsQueue(newQueue(fifo, Map.of()))),
        MESSAGE_BYTES_MAX);
  }

  SqsEngine open(SqsEngine.Queues queues) {
    return new SqsEngine(client(endpoint, PATIENT).build(), PATIENT, queues, clock);
  }

  @Override
  public void close() {
    admin.close();
    // Not waited for: a long poll may still be open.
    own.ifPresent(server -> server.stopAndGetFuture().apply());
  }
}
