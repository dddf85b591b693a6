package io.openhqm.aws.lambda.testing;

import io.openhqm.core.BlobStore;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.memory.MemoryEngineProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Queue and jobs in memory, the same for all functions of a test, as engines of a cloud are. They
 * are found as {@code shared-queue} and {@code shared-store}, two engines as there, and either can
 * be made to give no answer.
 */
public abstract class SharedEngineProvider implements EngineProvider {
  private static volatile Optional<Engine> memory = Optional.empty();
  private static volatile boolean queueDown;
  private static volatile boolean storeDown;

  /** Found as {@code shared-queue}. */
  public static final class OfQueue extends SharedEngineProvider {
    @Override
    public String name() {
      return "shared-queue";
    }
  }

  /** Found as {@code shared-store}. */
  public static final class OfStore extends SharedEngineProvider {
    @Override
    public String name() {
      return "shared-store";
    }
  }

  /** Begins anew, with nothing in it and everything up. */
  public static void reset() {
    memory = Optional.empty();
    queueDown = false;
    storeDown = false;
  }

  /** Whether the queue gives no answer from now on. */
  public static void queueIsDown(boolean down) {
    queueDown = down;
  }

  /** Whether the store gives no answer from now on. */
  public static void storeIsDown(boolean down) {
    storeDown = down;
  }

  /** What is under the engines, which always answers. */
  public static Engine memory() {
    return memory.orElseThrow();
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    synchronized (SharedEngineProvider.class) {
      if (memory.isEmpty()) {
        memory = Optional.of(new MemoryEngineProvider().open(config, clock));
      }
    }
    return new Shared(memory());
  }

  private record Shared(Engine memory) implements Engine {
    @Override
    public Optional<RequestQueue> queue() {
      return memory.queue().map(it -> failing(RequestQueue.class, it, () -> queueDown));
    }

    @Override
    public Optional<JobStore> store() {
      return memory.store().map(it -> failing(JobStore.class, it, () -> storeDown));
    }

    @Override
    public Optional<BlobStore> blobs() {
      return memory.blobs();
    }

    @Override
    public Optional<Intake> intake() {
      return Optional.empty();
    }

    @Override
    public Health health() {
      return queueDown || storeDown ? new Health(false, "it is down") : memory.health();
    }

    @Override
    public void close() {}
  }

  private static <T> T failing(Class<T> type, T delegate, BooleanSupplier down) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean constant =
                  method.getName().equals("features") || method.getName().equals("maxResultBytes");
              if (down.getAsBoolean() && !constant) {
                throw new UnavailableException("it gave no answer", Duration.ofSeconds(2));
              }
              try {
                return method.invoke(delegate, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            }));
  }
}
