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

  @Override
  protected Optional<Engine> reopen() {
    return Optional.of(DynamoDb.open(settings, time()));
  }
}
