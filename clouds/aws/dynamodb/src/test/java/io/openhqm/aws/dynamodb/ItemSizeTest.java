package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Ending;
import io.openhqm.core.Envelope;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.Job.State;
import io.openhqm.core.JobStore.Creation;
import io.openhqm.core.Result;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fits into an item of 400 KB, and what becomes of what does not. */
final class ItemSizeTest extends StoreTest {
  private static final int HEADERS_OF_A_SUBMISSION_MAX = 64 * 1024;

  /** Of this many bytes: names, values, a colon and a line feed each. */
  private static Headers headers(int bytes) {
    var headers = Headers.of();
    int left = bytes;
    for (int i = 0; left > 0; i++) {
      String name = "X-%04d".formatted(i);
      int value = Math.min(left - name.length() - 2, 8_000);
      if (left - name.length() - 2 - value < 10) {
        value = left - name.length() - 2;
      }
      headers = headers.plus(name, "v".repeat(value));
      left -= name.length() + 2 + value;
    }
    return headers;
  }

  private Ending answered(int headerBytes, int bodyBytes) {
    return new Ending.Completed(new Result(200, headers(headerBytes), Body.of(bytes(bodyBytes))));
  }

  private Job jobWithALongKey() {
    return created(jobWithKey("k".repeat(255)));
  }

  private Ending endOf(Job job) {
    return ((State.Ended) found(job).state()).ending();
  }

  @Test
  void largestBodyIsKeptBesideAsManyHeaderFieldsAsASubmissionMayHave() {
    var answer = answered(HEADERS_OF_A_SUBMISSION_MAX, (int) store.maxResultBytes());
    var job = jobWithALongKey();

    assertThat(store.complete(claimed(job).lease(), answer, TTL)).isTrue();

    assertThat(endOf(job)).isEqualTo(answer);
  }

  /** What else the end writes: the names rh and rb, and st, up, ea, ex, sc, expires_at_epoch. */
  private int headerBytesThatFill(int bodyBytes) {
    var now = clock.instant();
    var bare = JobItem.ended(answered(100, bodyBytes), now, now.plus(TTL));
    return ItemSize.MAX - ItemSize.REST_MAX - ItemSize.of(bare) + 100;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0})
  void itemOfTheLargestSizeIsTakenByDynamoDb(int more) {
    int body = (int) store.maxResultBytes();
    var answer = answered(headerBytesThatFill(body) + more, body);
    var job = jobWithALongKey();

    assertThat(store.complete(claimed(job).lease(), answer, TTL)).isTrue();

    assertThat(endOf(job)).isEqualTo(answer);
  }

  @Test
  void answerWhoseHeaderFieldsDoNotFitIsAFailureThatSaysSo() {
    int body = (int) store.maxResultBytes();
    var job = jobWithALongKey();

    boolean done =
        store.complete(claimed(job).lease(), answered(headerBytesThatFill(body) + 1, body), TTL);

    assertThat(done).as("it has come to its end").isTrue();
    assertThat(endOf(job))
        .isInstanceOfSatisfying(
            Ending.Failed.class,
            failed ->
                assertThat(failed.error())
                    .contains("409601 bytes", "409600")
                    .contains("fewer header fields"));
  }

  @Test
  void resultBytesMaxIsWhatWasAskedFor() {
    var small = open(settings().withResultBytesMax(1_000)).store().orElseThrow();

    assertThat(small.maxResultBytes()).isEqualTo(1_000);
    assertThatThrownBy(() -> settings().withResultBytesMax(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> settings().withResultBytesMax(DynamoDbSettings.RESULT_BYTES_MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void longErrorIsCutBetweenTwoCharacters() {
    String error = "x" + "𝄞".repeat(JobItem.ERROR_CHARS_MAX);
    var retried = created();
    var failed = created();

    store.release(claimed(retried).lease(), clock.instant(), Optional.of(error), NOT_HELD);
    store.complete(claimed(failed).lease(), new Ending.Failed(error), TTL);

    String cut = "x" + "𝄞".repeat(JobItem.ERROR_CHARS_MAX / 2 - 1) + "…";
    assertThat(((State.Pending) found(retried).state()).lastError()).contains(cut);
    assertThat(endOf(failed)).isEqualTo(new Ending.Failed(cut));
  }

  private int headBytes(Job job) {
    return HeldMessages.WHOLE_MAX - wholePayload(job);
  }

  /** The largest payload that stays in the job's item. */
  private int wholePayload(Job job) {
    int head = Envelope.head(message(job, bytes(1))).length();
    return HeldMessages.WHOLE_MAX - 1 - Integer.BYTES - head;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void heldMessageIsInItsJobsItemUpToALimitAndBesideItAboveThat(int more) {
    var job = job();
    var message = message(job, bytes(wholePayload(job) + more));

    store.create(job, Optional.of(message));

    assertThat(ids()).hasSize(more <= 0 ? 1 : 2);
    assertThat(store.overdue(1)).extracting(o -> o.message()).containsExactly(Optional.of(message));
    store.handedOver(job.id(), due(job));
    assertThat(ids()).containsExactly(job.id().toString());
    assertThat(item(job)).doesNotContainKeys(JobItem.HELD, JobTable.SWEEP_SHARD);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void heldMessageIsCutToPiecesThatDynamoDbTakes(int more) {
    var job = job();
    int whole = 2 * HeldMessages.PIECE_MAX;
    var message = message(job, bytes(whole - headBytes(job) + 1 + more));

    store.create(job, Optional.of(message));

    assertThat(ids()).hasSize(more <= 0 ? 3 : 4);
    assertThat(store.overdue(1)).extracting(o -> o.message()).containsExactly(Optional.of(message));
  }

  @Test
  void piecesGoWithTheMessageHoweverThatGoes() {
    var large = bytes(HeldMessages.PIECE_MAX + 1);
    var cancelled = job();
    store.create(cancelled, Optional.of(message(cancelled, large)));
    var ended = job();
    store.create(ended, Optional.of(message(ended, large)));
    var discarded = job();
    store.create(discarded, Optional.of(message(discarded, large)));
    var replaced = job();
    store.create(replaced, Optional.of(message(replaced, large)));
    assertThat(ids()).hasSize(4 * 3);

    store.cancel(cancelled.id(), TTL);
    store.complete(claimed(ended).lease(), completed("1"), TTL);
    store.discard(discarded.id());
    var other = message(replaced, bytes(10));
    store.release(
        claimed(replaced).lease(), clock.instant(), Optional.of("no"), Optional.of(other));

    assertThat(ids())
        .containsExactlyInAnyOrder(
            cancelled.id().toString(), ended.id().toString(), replaced.id().toString());
    assertThat(store.overdue(9)).extracting(o -> o.message()).containsExactly(Optional.of(other));
  }

  @Test
  void refusedWritesLeaveNoPieces() {
    var large = bytes(HeldMessages.PIECE_MAX + 1);
    var first = created(jobWithKey("key"));
    var second = jobWithKey("key");
    var late = claimed(first).lease();
    clock.advance(LEASE);
    claimed(first);

    assertThat(store.create(second, Optional.of(message(second, large))))
        .isInstanceOf(Creation.Exists.class);
    assertThat(store.create(first, Optional.of(message(first, large))))
        .isInstanceOf(Creation.Exists.class);
    assertThat(
            store.release(
                late, clock.instant(), Optional.empty(), Optional.of(message(first, large))))
        .isFalse();

    assertThat(ids()).hasSize(2).noneMatch(id -> id.startsWith("held#"));
  }

  @Test
  void messageThatIsStillHeldComesBackAfterAReleaseWithoutOne() {
    var job = job();
    var message = message(job, bytes(HeldMessages.PIECE_MAX + 1));
    store.create(job, Optional.of(message));

    store.release(claimed(job).lease(), clock.instant(), Optional.of("no"), NOT_HELD);

    assertThat(store.overdue(1)).extracting(o -> o.message()).containsExactly(Optional.of(message));
  }

  @Test
  void heldMessageThatCannotBeReadStopsNoOther() {
    var damaged = job();
    store.create(damaged, Optional.of(message(damaged, bytes(10))));
    client.updateItem(
        change ->
            change
                .tableName(table)
                .key(Map.of(JobTable.ID, Item.value(damaged.id().toString())))
                .updateExpression("SET hm = :newer")
                .expressionAttributeValues(Map.of(":newer", Item.value(Bytes.utf8("\0later")))));
    var sound = job();
    var message = message(sound, bytes(10));
    store.create(sound, Optional.of(message));

    assertThat(store.overdue(9))
        .extracting(o -> o.message())
        .containsExactlyInAnyOrder(Optional.empty(), Optional.of(message));
  }
}
