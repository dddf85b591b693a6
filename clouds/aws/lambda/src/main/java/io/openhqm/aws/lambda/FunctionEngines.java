package io.openhqm.aws.lambda;

import io.openhqm.core.BlobStore;
import io.openhqm.core.ClaimCheck;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineException;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.ResponseQueue;
import io.openhqm.core.config.OpenHqmConfig;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The engines that a function needs, by the names in the configuration. Those that it knows are
 * made by name; only for others is the class path searched, as that costs time at a cold start.
 */
public final class FunctionEngines implements AutoCloseable {
  /** What a function needs. */
  public enum Needs {
    /** The jobs and the bodies, and where ends are announced, if they are. */
    STORE,
    /** The queue as well. */
    STORE_AND_QUEUE
  }

  /** Opens the engines that a function brings along. */
  @FunctionalInterface
  public interface Known {
    /** The engine of this name, opened without a call to anybody; empty: it is another one. */
    Optional<Engine> open(String name, OpenHqmConfig config, InstantSource clock);
  }

  private final Optional<Engine> queueEngine;
  private final Engine storeEngine;
  private final Optional<Engine> blobEngine;
  private final Optional<ResponseQueue> responses;

  private FunctionEngines(
      Optional<Engine> queueEngine,
      Engine storeEngine,
      Optional<Engine> blobEngine,
      Optional<ResponseQueue> responses) {
    this.queueEngine = queueEngine;
    this.storeEngine = storeEngine;
    this.blobEngine = blobEngine;
    this.responses = responses;
  }

  /**
   * Opens them.
   *
   * @throws EngineException if there is no engine of a name, it does not do what it is asked for,
   *     or it cannot be opened
   */
  public static FunctionEngines open(
      Needs needs, OpenHqmConfig config, InstantSource clock, Known known) {
    var opener = new Opener(config, clock, known);
    try {
      var store = opener.open("cache.type", config.cache().type());
      if (store.store().isEmpty()) {
        throw keepsNo("cache.type", config.cache().type(), "jobs");
      }
      Optional<Engine> queue = Optional.empty();
      if (needs == Needs.STORE_AND_QUEUE) {
        queue = Optional.of(opener.open("queue.type", config.queue().type()));
        if (queue.get().queue().isEmpty()) {
          throw keepsNo("queue.type", config.queue().type(), "queue");
        }
      }
      Optional<Engine> blobs = Optional.empty();
      if (config.blobs().type().isPresent()) {
        String type = config.blobs().type().get();
        if (type.equals("s3") && config.blobs().s3Bucket().isEmpty()) {
          // It is opened late, and this should be told at once.
          throw new EngineException(
              "blobs.s3_bucket: the engine 's3' needs the name of a bucket; set it");
        }
        blobs = Optional.of(opener.open("blobs.type", type));
        if (blobs.get().blobs().isEmpty()) {
          throw keepsNo("blobs.type", type, "bodies");
        }
      }
      return new FunctionEngines(queue, store, blobs, responses(opener, config));
    } catch (EngineException notOpened) {
      opener.opened.values().forEach(Engine::close);
      throw notOpened;
    }
  }

  private static Optional<ResponseQueue> responses(Opener opener, OpenHqmConfig config) {
    if (!config.queue().announceResponses()) {
      return Optional.empty();
    }
    var responses = opener.open("queue.type", config.queue().type()).responses();
    if (responses.isEmpty()) {
      throw new EngineException(
          "response_queue.enabled: the engine '"
              + config.queue().type()
              + "' (queue.type) announces nothing; set it to false, or take another engine");
    }
    return responses;
  }

  private static EngineException keepsNo(String key, String type, String what) {
    return new EngineException(key + ": the engine '" + type + "' keeps no " + what);
  }

  /** Opens each engine once, however many parts it is asked for. */
  private static final class Opener {
    private final OpenHqmConfig config;
    private final InstantSource clock;
    private final Known known;
    private final Map<String, Engine> opened = new LinkedHashMap<>();

    Opener(OpenHqmConfig config, InstantSource clock, Known known) {
      this.config = config;
      this.clock = clock;
      this.known = known;
    }

    Engine open(String key, String type) {
      var engine = opened.get(type);
      if (engine == null) {
        engine =
            known.open(type, config, clock).orElseGet(() -> found(key, type).open(config, clock));
        opened.put(type, engine);
      }
      return engine;
    }

    private static EngineProvider found(String key, String type) {
      for (var provider : ServiceLoader.load(EngineProvider.class)) {
        if (provider.name().equals(type) || provider.getClass().getName().equals(type)) {
          return provider;
        }
      }
      throw new EngineException(
          key
              + ": there is no engine '"
              + type
              + "' in this function; put its jar into a layer, or name one of AWS: sqs, dynamodb,"
              + " s3");
    }
  }

  /** The job store. */
  public JobStore store() {
    return storeEngine.store().orElseThrow();
  }

  /** The queue of a function that needs one. */
  public RequestQueue queue() {
    return queueEngine().queue().orElseThrow();
  }

  /** The engine of the queue. */
  public Engine queueEngine() {
    return queueEngine.orElseThrow();
  }

  /** Where ends are announced, if the configuration says so. */
  public Optional<ResponseQueue> responses() {
    return responses;
  }

  /** Whether one engine keeps both queue and jobs. */
  public boolean isOneEngine() {
    return queueEngine.filter(queue -> queue == storeEngine).isPresent();
  }

  /** Where big bodies go. */
  public ClaimCheck claimCheck() {
    Optional<BlobStore> blobs =
        blobEngine
            .flatMap(Engine::blobs)
            .or(storeEngine::blobs)
            .or(() -> queueEngine.flatMap(Engine::blobs));
    long payloadBytesMax =
        queueEngine.flatMap(Engine::queue).isPresent()
            ? queue().features().maxMessageBytes()
            : Long.MAX_VALUE;
    return new ClaimCheck(blobs, payloadBytesMax, store().maxResultBytes());
  }

  /** Each by what it is to the function. */
  public Map<String, Engine> byRole() {
    var roles = new LinkedHashMap<String, Engine>();
    queueEngine.ifPresent(engine -> roles.put("queue", engine));
    roles.put("store", storeEngine);
    blobEngine.ifPresent(engine -> roles.put("blobs", engine));
    return roles;
  }

  @Override
  public void close() {
    byRole().values().stream().distinct().forEach(Engine::close);
  }
}
