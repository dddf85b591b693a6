package io.openhqm.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who shares a commit with whom. While the writer naps others come, so what a nap does is given:
 * nothing here depends on how fast anything is.
 */
class WriterTest {
  @TempDir Path folder;

  private final List<Note> notes = new ArrayList<>();
  private Sql sql;
  private Writer writer;

  /** How many more come, one in each nap. */
  private int coming;

  private int naps;

  /** Writes nothing; who hands it in is told of its commit as of any other. */
  private static class Note extends Operation {
    @Override
    void run(Sql sql) {}
  }

  /** Hands in others while it is run, so that they share its commit whoever naps. */
  private final class Crowd extends Note {
    private final int others;

    Crowd(int size) {
      this.others = size - 1;
    }

    @Override
    void run(Sql sql) {
      for (int i = 0; i < others; i++) {
        writer.hand(new Note());
      }
    }
  }

  @BeforeEach
  void open() throws Exception {
    var file = folder.resolve("jobs.db");
    sql = new Sql(new Database(file).connectToWrite());
    writer = new Writer(sql, new Board(new FakeClock(), 1, 1), file, List.of(), this::nap);
    writer.start();
  }

  @AfterEach
  void close() throws Exception {
    writer.close();
    sql.close();
  }

  /** On the writer's own thread, while all others wait for it. */
  private void nap() {
    naps++;
    if (coming > 0) {
      coming--;
      writer.hand(new Note());
    }
  }

  /** How many operations the commit of this one has. */
  private long committedWith(Note note) {
    long before = writer.operations();
    long commits = writer.commits();
    writer.write(note);
    assertThat(writer.commits()).isEqualTo(commits + 1);
    return writer.operations() - before;
  }

  @Test
  void whereManyWroteTheNextAreWaitedForAsLongAsTheyComeUpToThirtyTwo() {
    assertThat(committedWith(new Crowd(100))).isEqualTo(100);
    coming = 1000;

    assertThat(committedWith(new Note())).isEqualTo(32);
  }

  @Test
  void asManyAreWaitedForAsCameTheTimeBefore() {
    assertThat(committedWith(new Crowd(10))).isEqualTo(10);
    coming = 1000;

    assertThat(committedWith(new Note())).isEqualTo(10);
    assertThat(committedWith(new Note())).isEqualTo(10);
  }

  @Test
  void nowAndThenItIsTriedWhetherMoreWouldCome() {
    for (int i = 0; i < 7; i++) {
      committedWith(new Note());
    }
    assertThat(committedWith(new Crowd(10))).as("the eighth commit").isEqualTo(10);
    coming = 1000;

    assertThat(committedWith(new Note())).isEqualTo(15);
  }

  @Test
  void whenNobodyComesItIsCommittedWithoutWaitingForMore() {
    committedWith(new Crowd(100));
    coming = 5;

    assertThat(committedWith(new Note())).isEqualTo(6);
    assertThat(naps).as("the last of them in vain").isEqualTo(6);
  }

  @Test
  void whereFewWriteNobodyIsWaitedFor() {
    assertThat(committedWith(new Crowd(3))).isEqualTo(3);
    coming = 1000;

    assertThat(committedWith(new Note())).isEqualTo(1);
    assertThat(naps).isZero();
  }
}
