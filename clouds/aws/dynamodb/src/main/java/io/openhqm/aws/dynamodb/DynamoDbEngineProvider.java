package io.openhqm.aws.dynamodb;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;

/** Opens the engine that configuration calls {@code dynamodb}. */
public final class DynamoDbEngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "dynamodb";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    var cache = config.cache();
    return DynamoDbEngines.open(
        DynamoDbSettings.of(cache.dynamodbTable(), cache.dynamodbRegion())
            .withIndexLeases(cache.dynamodbIndexLeases()),
        clock);
  }
}
