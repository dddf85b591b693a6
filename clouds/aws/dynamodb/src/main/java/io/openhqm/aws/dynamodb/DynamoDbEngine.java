package io.openhqm.aws.dynamodb;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Jobs only: queue and bodies are other engines' matter. */
final class DynamoDbEngine implements Engine {
  private final Table table;
  private final DynamoDbJobStore store;

  DynamoDbEngine(
      DynamoDbSettings settings, Table table, InstantSource clock, RandomGenerator random) {
    this.table = table;
    store = new DynamoDbJobStore(settings, table, clock, random);
  }

  @Override
  public Optional<RequestQueue> queue() {
    return Optional.empty();
  }

  @Override
  public Optional<JobStore> store() {
    return Optional.of(store);
  }

  @Override
  public Optional<BlobStore> blobs() {
    return Optional.empty();
  }

  @Override
  public Optional<Intake> intake() {
    return Optional.empty();
  }

  /** Reads what is not there: that proves table, permission and network for half a read. */
  @Override
  public Health health() {
    try {
      table.probe();
      return new Health(true, "ok");
    } catch (UnavailableException down) {
      return new Health(false, String.valueOf(down.getMessage()));
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
