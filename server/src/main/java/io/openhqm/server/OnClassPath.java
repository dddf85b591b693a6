package io.openhqm.server;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.openhqm.core.EngineProvider;
import io.openhqm.core.config.Installed;
import io.openhqm.worker.Processors;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** What the server can load: engines from its class path, processors from the user's jars too. */
public final class OnClassPath implements Installed {
  private final List<EngineProvider> engines =
      ServiceLoader.load(EngineProvider.class).stream().map(ServiceLoader.Provider::get).toList();

  @Override
  public Set<String> engines() {
    return engines.stream().map(EngineProvider::name).collect(toUnmodifiableSet());
  }

  @Override
  public Set<String> engineClasses() {
    return engines.stream().map(engine -> engine.getClass().getName()).collect(toUnmodifiableSet());
  }

  @Override
  public Set<String> processors(List<Path> jars) {
    return Processors.names(jars);
  }
}
