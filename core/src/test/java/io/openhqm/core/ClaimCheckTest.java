package io.openhqm.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClaimCheckTest {
  private static final UUID ID = new UUID(1, 2);

  private final Map<String, Bytes> kept = new HashMap<>();
  private final ClaimCheck claimCheck = new ClaimCheck(Optional.of(new MapBlobs()), 4, 6);

  @Test
  void onlyWhatIsTooBigIsLeftBehind() {
    assertThat(claimCheck.leavePayload(message("1234")).payload())
        .isEqualTo(Body.of(Bytes.utf8("1234")));
    assertThat(kept).isEmpty();
    var left = claimCheck.leavePayload(message("12345"));
    assertThat(left.payload()).isEqualTo(new Body.Stored("payload/" + ID, 5));
    assertThat(claimCheck.collect(left.payload())).contains(Bytes.utf8("12345"));
    assertThat(claimCheck.leavePayload(left)).isEqualTo(left);
    claimCheck.drop(left.payload());
    assertThat(claimCheck.collect(left.payload())).isEmpty();
  }

  @Test
  void twoAttemptsNeverShareAResult() {
    var first = claimCheck.leaveResult(new Lease(ID, 1), Result.text("1234567"));
    var second = claimCheck.leaveResult(new Lease(ID, 2), Result.text("abcdefgh"));
    assertThat(claimCheck.collect(first.body())).contains(Bytes.utf8("1234567"));
    assertThat(claimCheck.collect(second.body())).contains(Bytes.utf8("abcdefgh"));
  }

  @Test
  void keysAreOfTheFormThatABlobStoreTakes() {
    claimCheck.leavePayload(message("12345"));
    claimCheck.leaveResult(new Lease(ID, Long.MAX_VALUE), Result.text("1234567"));
    assertThat(kept.keySet())
        .allMatch(key -> key.matches("[A-Za-z0-9/._-]{1," + BlobStore.KEY_LENGTH_MAX + "}"));
    claimCheck.dropPayload(ID);
    assertThat(kept).hasSize(1);
  }

  @Test
  void withoutABlobStoreWhatIsTooBigIsRefused() {
    var none = new ClaimCheck(Optional.empty(), 4, 6);
    assertThat(none.admitsPayload(4)).isTrue();
    assertThat(none.admitsPayload(5)).isFalse();
    assertThat(none.admitsResult(6)).isTrue();
    assertThat(none.admitsResult(7)).isFalse();
    assertThatThrownBy(() -> none.leavePayload(message("12345")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 bytes");
  }

  @Test
  void aKeyTellsWhoseBodyIsUnderIt() {
    var left = new ClaimCheck(Optional.of(new MapBlobs()), 1, 1);
    left.leavePayload(message("long"));
    left.leaveResult(new Lease(ID, 12), Result.text("long"));
    assertThat(kept.keySet().stream().map(ClaimCheck::ownerOf))
        .containsExactlyInAnyOrder(
            Optional.of(new ClaimCheck.Owner.Payload(ID)),
            Optional.of(new ClaimCheck.Owner.Result(ID)));
    assertThat(List.of("payload/1", "payload/" + ID + "x", "x/" + ID, "result/1-1-1-1-1/1"))
        .allSatisfy(key -> assertThat(ClaimCheck.ownerOf(key)).isEmpty());
  }

  private static Message message(String payload) {
    return new Message(
        ID,
        Body.of(Bytes.utf8(payload)),
        Headers.none(),
        Metadata.none(),
        Instant.EPOCH,
        Optional.empty());
  }

  private final class MapBlobs implements BlobStore {
    @Override
    public void put(String key, Bytes bytes) {
      kept.put(key, bytes);
    }

    @Override
    public Optional<Bytes> get(String key) {
      return Optional.ofNullable(kept.get(key));
    }

    @Override
    public void delete(String key) {
      kept.remove(key);
    }

    @Override
    public void close() {}
  }
}
