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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The engines that the configuration names, opened: one for the queue, one for the jobs and one for
 * big bodies, or one for several of them.
 *
 * @param announces whether finished jobs are announced
 */
record Engines(
    Engine queueEngine, Engine storeEngine, Optional<Engine> blobEngine, boolean announces)
    implements AutoCloseable {

  /**
   * Opens them.
   *
   * @throws EngineException if there is no engine of a name, it does not do what it is asked for,
   *     or it cannot be opened
   */
  static Engines open(OpenHqmConfig config, InstantSource clock) {
    var providers = new TreeMap<String, EngineProvider>();
    ServiceLoader.load(EngineProvider.class).forEach(p -> providers.put(p.name(), p));
    var opened = new LinkedHashMap<String, Engine>();
    try {
      var engines =
          new Engines(
              open(config.queue().type(), "queue.type", providers, opened, config, clock),
              open(config.cache().type(), "cache.type", providers, opened, config, clock),
              config
                  .blobs()
                  .type()
                  .map(type -> open(type, "blobs.type", providers, opened, config, clock)),
              config.queue().announceResponses());
      engines.requireParts(config);
      return engines;
    } catch (EngineException notOpened) {
      opened.values().forEach(Engine::close);
      throw notOpened;
    }
  }

  /** The engine of this name, which may be open already for another part. */
  private static Engine open(
      String type,
      String key,
      Map<String, EngineProvider> providers,
      Map<String, Engine> opened,
      OpenHqmConfig config,
      InstantSource clock) {
    return opened.computeIfAbsent(type, name -> provider(providers, name, key).open(config, clock));
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
    if (blobEngine.isPresent() && blobEngine.get().blobs().isEmpty()) {
      throw new EngineException(
          "blobs.type: the engine '" + config.blobs().type().orElse("") + "' keeps no bodies");
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
    return announcingStore().or(storeEngine::store).orElseThrow();
  }

  /** Where jobs are announced that have ended, by who has ended them; empty: nobody need do so. */
  Optional<ResponseQueue> responses() {
    return announces && announcingStore().isEmpty() ? queueEngine.responses() : Optional.empty();
  }

  /** An end and its announcement are one write where one engine keeps both. */
  private Optional<JobStore> announcingStore() {
    return announces && queueEngine == storeEngine
        ? storeEngine.announcingStore()
        : Optional.empty();
  }

  ClaimCheck claimCheck() {
    Optional<BlobStore> blobs =
        blobEngine.flatMap(Engine::blobs).or(storeEngine::blobs).or(queueEngine::blobs);
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

  /** Each once. */
  List<Engine> all() {
    return Stream.concat(Stream.of(queueEngine, storeEngine), blobEngine.stream())
        .distinct()
        .toList();
  }

  @Override
  public void close() {
    all().forEach(Engine::close);
  }
}
