package io.openhqm.aws.sqs;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;

/** Opens the engine that configuration calls {@code sqs}. */
public final class SqsEngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "sqs";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    return SqsQueues.open(SqsSettings.of(config), clock);
  }
}
