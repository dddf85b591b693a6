package io.openhqm.embedded;

import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.core.endpoint.SessionRule;
import java.time.InstantSource;

/** Opens the engine that configuration calls {@code embedded}. */
public final class EmbeddedEngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    var queue = config.queue();
    return EmbeddedEngines.open(
        EmbeddedSettings.of(queue.embeddedPath())
            .withMaxBacklog(queue.maxBacklog())
            .withSessions(SessionRule.of(config.partitioning())),
        clock);
  }
}
