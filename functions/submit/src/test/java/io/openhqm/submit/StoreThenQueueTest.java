package io.openhqm.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.ClaimCheck;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreThenQueueTest {
  private static final String BIG = "{\"payload\":\"" + "x".repeat(2_000) + "\"}";

  private final Fixture fixture = new Fixture();
  private final FakeEngine engine = fixture.engine;
  private final Map<String, Bytes> blobs = new HashMap<>();

  @BeforeEach
  void useStoreThenQueue() {
    fixture.claimCheck =
        new ClaimCheck(
            Optional.of(new MapBlobs()),
            engine.features().maxMessageBytes(),
            engine.maxResultBytes());
    fixture.intake =
        Optional.of(new StoreThenQueue(engine, engine, fixture.claimCheck, fixture.telemetry()));
  }

  @Test
  void aSubmissionIsRecordedAndThenSent() {
    assertThat(fixture.post("{\"payload\":1}").status()).isEqualTo(202);
    assertThat(engine.jobs).containsOnlyKeys(engine.lastSent().id());
    assertThat(blobs).isEmpty();
  }

  @Test
  void nothingIsLeftWhenTheMessageCannotBeSent() {
    engine.queueIsDown = true;
    assertThat(fixture.post(BIG).status()).isEqualTo(503);
    assertThat(engine.jobs).isEmpty();
    assertThat(blobs).isEmpty();
  }

  @Test
  void aJobWithAKeyStaysWhenItsMessageCannotBeSentAndTheNextSubmissionSendsIt() {
    engine.queueIsDown = true;
    assertThat(fixture.post(BIG, "Idempotency-Key", "k").status()).isEqualTo(503);
    var id = engine.jobs.keySet().iterator().next();
    engine.queueIsDown = false;
    // Taken back, it would be lost to another submission of the key that was answered with it.
    assertThat(fixture.post(BIG, "Idempotency-Key", "k").status()).isEqualTo(202);
    assertThat(engine.lastSent().id()).isEqualTo(id);
  }

  @Test
  void aPayloadThatIsTooBigTravelsAsAClaimCheck() {
    assertThat(fixture.post(BIG).status()).isEqualTo(202);
    var message = engine.lastSent();
    assertThat(message.payload()).isEqualTo(new Body.Stored("payload/" + message.id(), 2_002));
    assertThat(fixture.claimCheck.collect(message.payload()))
        .contains(Bytes.utf8("\"" + "x".repeat(2_000) + "\""));
  }

  @Test
  void aLongDelayIsHeldByTheStore() {
    engine.maxDelay = Optional.of(Duration.ofMinutes(15));
    fixture.post("{\"payload\":1,\"metadata\":{\"delay\":900}}");
    assertThat(engine.sent).hasSize(1);
    fixture.post("{\"payload\":1,\"metadata\":{\"delay\":900.001}}");
    assertThat(engine.sent).hasSize(1);
    assertThat(engine.held).hasSize(1);
  }

  @Test
  void aJobWhoseFirstSubmissionDiedBeforeItsMessageWasSentIsSentByTheSecond() {
    fixture.post(BIG, "Idempotency-Key", "k");
    var id = engine.lastSent().id();
    engine.sent.clear(); // as if the process had died in between
    blobs.clear();

    assertThat(fixture.post(BIG, "Idempotency-Key", "k").status()).isEqualTo(202);

    assertThat(engine.lastSent().id()).isEqualTo(id);
    assertThat(blobs).containsOnlyKeys("payload/" + id);
    engine.sent.clear();
    engine.queueIsDown = true;
    assertThat(fixture.post(BIG, "Idempotency-Key", "k").status()).isEqualTo(503);
    assertThat(engine.jobs).as("it belongs to the first submission").hasSize(1);
  }

  @Test
  void anotherRequestUnderTheSameKeySendsNothingAndLeavesNothing() {
    fixture.post("{\"payload\":1}", "Idempotency-Key", "k");
    assertThat(fixture.post(BIG, "Idempotency-Key", "k").status()).isEqualTo(422);
    assertThat(engine.sent).hasSize(1);
    assertThat(blobs).isEmpty();
  }

  @Test
  void aPayloadStaysWhereTheJobMayStillRun() {
    engine.queueIsDown = true;
    engine.storeDiesAfterCreate = true;
    assertThat(fixture.post(BIG).status()).isEqualTo(503);
    assertThat(engine.jobs).hasSize(1);
    assertThat(blobs).hasSize(1);
    assertThat(fixture.troubles).isNotEmpty();
  }

  private final class MapBlobs implements BlobStore {
    @Override
    public void put(String key, Bytes bytes) {
      blobs.put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return Optional.ofNullable(blobs.get(key));
    }

    @Override
    public void delete(String key) {
      blobs.remove(key);
    }

    @Override
    public void close() {}
  }
}
