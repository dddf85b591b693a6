package io.openhqm.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Bytes;
import io.openhqm.core.Engine;
import io.openhqm.core.UnavailableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The rules of {@link BlobStore}, B01 to B09; the README of this module lists them. Make a subclass
 * that says how to open the engine.
 */
public abstract class BlobStoreContract extends EngineContract {
  private BlobStore blobs;
  private Engine engine;

  /** For subclasses. */
  protected BlobStoreContract() {}

  @BeforeEach
  final void openBlobs() throws Exception {
    engine = opened();
    blobs = engine.blobs().orElseThrow(() -> new AssertionError("the engine has no blob store"));
  }

  @Test
  void b01WhatWasPutIsThereByteForByte() {
    int i = 0;
    for (var body : Samples.bodies(Long.MAX_VALUE)) {
      blobs.put("payload/" + i++, body);
    }
    i = 0;
    for (var body : Samples.bodies(Long.MAX_VALUE)) {
      assertThat(blobs.get("payload/" + i++)).contains(body);
    }
  }

  @Test
  void b02NothingIsUnderAnUnknownKey() {
    blobs.put("a/b", Bytes.utf8("x"));

    assertThat(blobs.get("a")).isEmpty();
    assertThat(blobs.get("a/b/c")).isEmpty();
    assertThat(blobs.get("A/B")).as("keys are told apart by case").isEmpty();
  }

  @Test
  void b03LaterBytesReplaceEarlierOnes() {
    blobs.put("a", Bytes.utf8("long before"));
    blobs.put("a", Bytes.utf8("x"));

    assertThat(blobs.get("a")).contains(Bytes.utf8("x"));
  }

  @Test
  void b04DeletedBytesAreGone() {
    blobs.put("a", Bytes.utf8("x"));
    blobs.put("b", Bytes.utf8("y"));

    blobs.delete("a");
    blobs.delete("a");
    blobs.delete("never");

    assertThat(blobs.get("a")).isEmpty();
    assertThat(blobs.get("b")).contains(Bytes.utf8("y"));
  }

  @Test
  void b05KeysOfEveryAllowedFormAreTold() {
    var keys =
        List.of(
            "a", ".hidden", "-_.", "a/b", "a.b", "Z9/z0_-.", "k".repeat(BlobStore.KEY_LENGTH_MAX));
    keys.forEach(key -> blobs.put(key, Bytes.utf8(key)));

    assertThat(keys).allSatisfy(key -> assertThat(blobs.get(key)).contains(Bytes.utf8(key)));
  }

  @Test
  void b05OtherKeysAreRefused() {
    var wrong =
        List.of("", "a b", "ä", "a\\b", "a:b", "a\nb", "k".repeat(BlobStore.KEY_LENGTH_MAX + 1));
    for (var key : wrong) {
      assertThatThrownBy(() -> blobs.put(key, Bytes.empty()))
          .as("key '%s'", key)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void b05KeyThatLooksLikeAPathLeadsNowhereElse() {
    for (var key :
        List.of("../outside", "/etc/outside", "a/../../outside", "..", "a//b", "a/./b")) {
      try {
        blobs.put(key, Bytes.utf8(key));
      } catch (IllegalArgumentException refused) {
        continue;
      }
      assertThat(blobs.get(key)).as("key '%s'", key).contains(Bytes.utf8(key));
    }
    assertThat(blobs.get("outside")).isEmpty();
    assertThat(blobs.get("a/b")).isEmpty();
  }

  @Test
  void b06WritersDoNotMixTheirBytes() throws Exception {
    Threads.race(
        i ->
            () -> {
              blobs.put("own/" + i, Bytes.utf8("own " + i));
              blobs.put("shared", Bytes.utf8(("" + i % 10).repeat(10_000)));
              return i;
            });

    for (int i = 0; i < Threads.MANY; i++) {
      assertThat(blobs.get("own/" + i)).contains(Bytes.utf8("own " + i));
    }
    var shared = blobs.get("shared").orElseThrow().toUtf8();
    assertThat(shared).isEqualTo(shared.substring(0, 1).repeat(10_000));
  }

  @Test
  void b07ClosedStoreRefuses() {
    blobs.close();
    engine.close();

    assertThatThrownBy(() -> blobs.put("a", Bytes.empty()))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> blobs.get("a")).isInstanceOf(UnavailableException.class);
  }

  @Test
  void b08WhatWasPutSurvivesARestart() throws Exception {
    blobs.put("a", Bytes.utf8("kept"));
    blobs.put("b", Bytes.utf8("not kept"));
    blobs.delete("b");

    var again = reopened(engine).flatMap(Engine::blobs);
    Assumptions.assumeTrue(
        again.isPresent(), "this engine declares that it does not outlive its process");

    assertThat(again.orElseThrow().get("a")).contains(Bytes.utf8("kept"));
    assertThat(again.orElseThrow().get("b")).isEmpty();
  }

  @Test
  void b09WhatIsKeptIsListedByKeyPageByPage() throws Exception {
    var before = now();
    var keys = List.of("-a", ".a", "a", "a/0", "a/b", "aB", "ab", "payload/1", "result/1/1");
    var shuffled = new ArrayList<>(keys);
    Collections.shuffle(shuffled, new Random(1));
    shuffled.forEach(key -> blobs.put(key, Samples.bytes(new Random(1), 10_000)));
    Assumptions.assumeFalse(
        blobs.list(Optional.empty(), 1).isEmpty(),
        "this store declares that it forgets by a rule of its own");

    var listed = new ArrayList<String>();
    for (var page = blobs.list(Optional.empty(), 2); !page.isEmpty(); ) {
      assertThat(page).hasSizeLessThanOrEqualTo(2);
      page.forEach(kept -> listed.add(kept.key()));
      page = blobs.list(Optional.of(listed.getLast()), 2);
    }
    assertThat(listed).containsExactlyElementsOf(keys.stream().sorted().toList());

    passTime(ticks(3));
    blobs.put("a", Bytes.utf8("again"));
    blobs.delete("ab");
    assertThat(blobs.list(Optional.of("a/b"), 9))
        .extracting(BlobStore.Kept::key)
        .containsExactly("aB", "payload/1", "result/1/1");
    assertThat(blobs.list(Optional.of("a"), 1).getFirst().putAt())
        .isBetween(before.minus(ticks(1)), before.plus(ticks(1)));
    assertThat(blobs.list(Optional.of(".a"), 1).getFirst().putAt())
        .as("the time of the last put")
        .isAfterOrEqualTo(before.plus(ticks(2)))
        .isBeforeOrEqualTo(time().instant());
  }
}
