package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OldGarbageTest {
  private static final long MIB = 1 << 20;

  private long seconds;
  private long used = 40 * MIB;
  private int collections;

  private final OldGarbage garbage =
      new OldGarbage(
          () -> seconds * 1_000_000_000L,
          () -> used,
          () -> {
            collections++;
            used = 50 * MIB;
          });

  private int collectionsWith(long mib) {
    used = mib * MIB;
    garbage.look();
    return collections;
  }

  @Test
  void theHeapIsCollectedWhenItHasGrownByMuch() {
    seconds = 5;
    assertThat(collectionsWith(72)).isZero();
    assertThat(collectionsWith(73)).isEqualTo(1);

    seconds = 10;
    assertThat(collectionsWith(82)).as("it was at 50 after that").isEqualTo(1);
    assertThat(collectionsWith(83)).isEqualTo(2);
  }

  @Test
  void howeverMuchItGrowsItIsNotCollectedAllTheTime() {
    seconds = 5;
    assertThat(collectionsWith(500)).isEqualTo(1);
    seconds = 9;
    assertThat(collectionsWith(500)).isEqualTo(1);
    seconds = 10;
    assertThat(collectionsWith(500)).isEqualTo(2);
  }

  @Test
  void whatIsNeededMayBeMuch() {
    used = 400 * MIB;
    var other = new OldGarbage(() -> seconds * 1_000_000_000L, () -> used, () -> collections++);
    seconds = 5;
    used = 599 * MIB;
    other.look();
    assertThat(collections).isZero();
  }
}
