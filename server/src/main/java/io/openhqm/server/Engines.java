package io.openhqm.server;

import io.openhqm.core.BlobStore;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.Nearest;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.Telemetry;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.submit.ClaimCheckedIntake;
import io.openhqm.submit.StoreThenQueue;
import io.openhqm.submit.StoreThenRedrive;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * The engines that the configuration names, opened: one for the queue and one for the jobs, or one
 * for both.
 */
record Engines(Engine queueEngine, Engine storeEngine) implements AutoCloseable {

  /**
   * Opens them.
   *
   * @throws EngineException if there is no engine of a name, it does not do what it is asked for,
   *     or it cannot be opened
   */
  static Engines open(OpenHqmConfig config, InstantSource clock) {
    var providers = new TreeMap<String, EngineProvider>();
    ServiceLoader.load(EngineProvider.class).forEach(p -> providers.put(p.name(), p));
    String queueType = config.queue().type();
    String storeType = config.cache().type();
    var queueEngine = provider(providers, queueType, "queue.type").open(config, clock);
    try {
      var storeEngine =
          storeType.equals(queueType)
              ? queueEngine
              : provider(providers, storeType, "cache.type").open(config, clock);
      var engines = new Engines(queueEngine, storeEngine);
      engines.requireParts(config);
      return engines;
    } catch (EngineException notOpened) {
      queueEngine.close();
      throw notOpened;
    }
  }

  private static EngineProvider provider(
      Map<String, EngineProvider> providers, String name, String key) {
    return providers.values().stream()
        .filter(found -> found.name().equals(name) || found.getClass().getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException(
                    key
                        + ": there is no engine '"
                        + name
                        + "' on the class path"
                        + Nearest.hint(name, providers.keySet())
                        + "; there are: "
                        + String.join(", ", providers.keySet())));
  }

  private void requireParts(OpenHqmConfig config) {
    if (queueEngine.queue().isEmpty()) {
      throw new EngineException(
          "queue.type: the engine '" + config.queue().type() + "' keeps no queue");
    }
    if (storeEngine.store().isEmpty()) {
      throw new EngineException(
          "cache.type: the engine '" + config.cache().type() + "' keeps no jobs");
    }
    if (config.queue().announceResponses() && queueEngine.responses().isEmpty()) {
      throw new EngineException(
          "response_queue.enabled: the engine '"
              + config.queue().type()
              + "' has no response queue");
    }
  }

  RequestQueue queue() {
    return queueEngine.queue().orElseThrow();
  }

  JobStore store() {
    return storeEngine.store().orElseThrow();
  }

  Optional<ResponseQueue> responses(OpenHqmConfig config) {
    return config.queue().announceResponses() ? queueEngine.responses() : Optional.empty();
  }

  ClaimCheck claimCheck() {
    Optional<BlobStore> blobs = storeEngine.blobs().or(queueEngine::blobs);
    return new ClaimCheck(blobs, queue().features().maxMessageBytes(), store().maxResultBytes());
  }

  /** One atomic write where one engine keeps both, else the job first and then its message. */
  Intake intake(Telemetry telemetry) {
    boolean one = queueEngine == storeEngine;
    return queueEngine
        .intake()
        .filter(intake -> one)
        .<Intake>map(intake -> new ClaimCheckedIntake(intake, store(), claimCheck(), telemetry))
        .orElseGet(() -> new StoreThenQueue(store(), queue(), claimCheck(), telemetry));
  }

  /** Where one engine does not keep both, a redriven message gets its job first. */
  DeadLetters deadLetters(Telemetry telemetry) {
    var letters = queue().deadLetters();
    return queueEngine == storeEngine ? letters : new StoreThenRedrive(store(), letters, telemetry);
  }

  List<Engine> all() {
    return queueEngine == storeEngine ? List.of(queueEngine) : List.of(queueEngine, storeEngine);
  }

  @Override
  public void close() {
    all().forEach(Engine::close);
  }
}
