package io.openhqm.aws.dynamodb;

import io.openhqm.core.Engine;
import io.openhqm.tck.JobStoreContract;
import java.util.Optional;

final class DynamoDbJobStoreTest extends JobStoreContract {
  private DynamoDbSettings settings;

  @Override
  protected Engine open() {
    settings = DynamoDbSettings.of(DynamoDb.newTable(), DynamoDb.REGION);
    return DynamoDb.open(settings, time());
  }

  /** Each takes some ten thousand calls. */
  @Override
  protected int seeds() {
    return Integer.getInteger("openhqm.test.seeds", 2);
  }

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(DynamoDb.open(settings, time()));
  }
}
