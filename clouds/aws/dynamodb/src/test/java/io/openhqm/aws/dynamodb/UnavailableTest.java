package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openhqm.aws.dynamodb.Proxy.Fate;
import io.openhqm.core.Claim;
import io.openhqm.core.Engine;
import io.openhqm.core.Job;
import io.openhqm.core.JobStatus;
import io.openhqm.core.JobStore;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.UnavailableException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told when DynamoDB is busy, broken, silent or away, and how soon. */
final class UnavailableTest extends StoreTest {
  private Proxy proxy;
  private Engine engine;
  private JobStore shaky;

  @BeforeEach
  void openOverAProxy() throws Exception {
    proxy = new Proxy(DynamoDb.endpoint());
    engine = open(settings(), DynamoDb.client(proxy.endpoint()).build());
    shaky = engine.store().orElseThrow();
  }

  @AfterEach
  void closeProxy() {
    proxy.close();
  }

  private List<Runnable> calls(Job waiting, Claim.Granted running) {
    var lease = running.lease();
    return List.of(
        () -> shaky.create(job(), NOT_HELD),
        () -> shaky.create(jobWithKey("key"), NOT_HELD),
        () -> shaky.find(waiting.id()),
        () -> shaky.claim(waiting.id(), LEASE),
        () -> shaky.extend(lease, LEASE),
        () -> shaky.release(lease, clock.instant(), Optional.empty(), NOT_HELD),
        () -> shaky.complete(lease, completed("1"), TTL),
        () -> shaky.cancel(waiting.id(), TTL),
        () -> shaky.overdue(1),
        () -> shaky.handedOver(waiting.id(), clock.instant()),
        () -> shaky.discard(waiting.id()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 ProvisionedThroughputExceededException",
        "400 ThrottlingException",
        "400 RequestLimitExceeded",
        "400 TransactionInProgressException",
        "400 TransactionConflictException",
        "500 InternalServerError",
        "503 ServiceUnavailable"
      })
  void everyCallIsRefusedAfterAFewTriesAndNothingIsWritten(String answer) {
    var waiting = created();
    var running = claimed(created());
    var parts = answer.split(" ");
    proxy.always(new Fate.Answered(Integer.parseInt(parts[0]), parts[1], ""));

    for (var call : calls(waiting, running)) {
      proxy.calls().clear();
      assertThatThrownBy(call::run)
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(parts[1]);
      assertThat(proxy.calls()).hasSizeBetween(1, 4);
    }

    assertThat(engine.health().up()).isFalse();
    assertThat(found(waiting)).isEqualTo(waiting);
    assertThat(found(running.job())).isEqualTo(running.job());
    proxy.heal();
    assertThat(engine.health()).isEqualTo(new Engine.Health(true, "ok"));
  }

  @Test
  void afterABusyMomentTheCallIsAnswered() {
    proxy.next(Proxy.throttled(), Proxy.broken());

    assertThat(shaky.create(job(), NOT_HELD)).isEqualTo(new Creation.Created());
  }

  @Test
  void connectionThatDiedWhileTheProcessStoodStillCostsOneTryAndNoCall() {
    var job = created();
    assertThat(shaky.find(job.id())).as("by a connection that is kept").isPresent();
    proxy.calls().clear();
    proxy.next(new Fate.Dead());

    assertThat(shaky.find(job.id())).contains(job);

    assertThat(proxy.calls()).hasSize(2);
  }

  @Test
  void connectionsThatAllDiedWhileTheProcessStoodStillCostNoCall() {
    var job = created();
    var dead = new Fate.Dead();
    proxy.next(dead, dead, dead, dead, dead);

    assertThat(shaky.find(job.id())).contains(job);

    assertThat(proxy.calls()).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"})
  void transactionThatMetAnotherOrNoRoomIsTriedAgain(String reason) {
    var conflict =
        new Fate.Answered(
            400,
            "TransactionCanceledException",
            ",\"CancellationReasons\":[{\"Code\":\"None\"},{\"Code\":\"" + reason + "\"}]");
    proxy.next(conflict, conflict);

    assertThat(shaky.create(jobWithKey("key"), NOT_HELD)).isEqualTo(new Creation.Created());

    proxy.always(conflict);
    assertThatThrownBy(() -> shaky.create(jobWithKey("other"), NOT_HELD))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  @Timeout(20)
  void silentEndpointIsGivenUpOnInSeconds() {
    proxy.always(new Fate.Silence());

    assertThatThrownBy(() -> shaky.create(job(), NOT_HELD))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no answer");

    assertThat(proxy.calls()).hasSize(3);
  }

  @Test
  void nobodyAtTheEndpointIsUnavailable() throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var nobody = URI.create("http://127.0.0.1:" + port);
    var alone = open(settings(), DynamoDb.client(nobody).build());

    assertThatThrownBy(() -> alone.store().orElseThrow().find(job().id()))
        .isInstanceOf(UnavailableException.class);
    assertThat(alone.health().up()).isFalse();
  }

  @Test
  void missingTableIsNamedAsWhatToLookAt() {
    var elsewhere = open(DynamoDbSettings.of("no-such-table", DynamoDb.REGION));

    assertThatThrownBy(() -> elsewhere.store().orElseThrow().create(job(), NOT_HELD))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("ResourceNotFoundException")
        .hasMessageContaining("table's name");
    assertThat(elsewhere.health().up()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interruptedWorkerStillRecordsWhatItHas(boolean virtual) throws Exception {
    var job = created();
    var lease = claimed(job).lease();
    var recording =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              boolean done = shaky.complete(lease, completed("1"), TTL);
              return done && Thread.currentThread().isInterrupted();
            });

    start(virtual, recording);

    assertThat(recording.get(10, TimeUnit.SECONDS)).as("done, and its flag is set").isTrue();
    assertThat(found(job).status()).isEqualTo(JobStatus.COMPLETED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workerThatIsInterruptedWhileItRecordsGoesOn(boolean virtual) throws Exception {
    var job = created();
    var lease = claimed(job).lease();
    proxy.calls().clear();
    proxy.next(new Fate.Silence());
    var recording =
        new FutureTask<>(
            () -> {
              boolean done = shaky.complete(lease, completed("1"), TTL);
              return done && Thread.currentThread().isInterrupted();
            });

    var thread = start(virtual, recording);
    await().until(() -> !proxy.calls().isEmpty());
    thread.interrupt();

    assertThat(recording.get(10, TimeUnit.SECONDS)).as("done, and its flag is set").isTrue();
    assertThat(found(job).status()).isEqualTo(JobStatus.COMPLETED);
  }

  private static Thread start(boolean virtual, Runnable task) {
    return virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task);
  }

  @Test
  void whoAwaitsTheEndOverASilentEndpointIsInterruptedAllTheSame() throws Exception {
    var job = created();
    proxy.calls().clear();
    proxy.always(new Fate.Silence());
    var awaiting = new FutureTask<>(() -> shaky.awaitEnd(job.id(), Duration.ofMinutes(1)));

    var thread = start(true, awaiting);
    await().until(() -> !proxy.calls().isEmpty());
    thread.interrupt();
    proxy.heal();

    assertThatThrownBy(() -> awaiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void closingWakesWhoAwaitsTheEnd() {
    var job = created();
    var awaiting = new FutureTask<>(() -> shaky.awaitEnd(job.id(), Duration.ofMinutes(1)));
    start(true, awaiting);
    await().until(() -> proxy.calls().contains("GetItem"));

    engine.close();

    assertThatThrownBy(() -> awaiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnavailableException.class);
  }
}
