package io.openhqm.server;

import io.openhqm.core.BlobStore;
import io.openhqm.core.DeadLetters;
import io.openhqm.core.Engine;
import io.openhqm.core.EngineProvider;
import io.openhqm.core.Intake;
import io.openhqm.core.JobStore;
import io.openhqm.core.RequestQueue;
import io.openhqm.core.UnavailableException;
import io.openhqm.core.config.OpenHqmConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The engine {@code faulty}: the memory engine, until a test breaks it. It stands in for a broker
 * that is down, which the embedded engines cannot be at will.
 */
public final class FaultyEngineProvider implements EngineProvider {
  /** What is wrong with the engine. */
  enum Fault {
    NONE,
    /** It cannot be reached. */
    DOWN,
    /** It has a defect. */
    BROKEN,
    /** It has broken down for good. */
    BROKEN_DOWN
  }

  /** In a process of its own from the start, if it is told so. */
  static final String PROPERTY = "openhqm.test.fault";

  static volatile Fault fault = Fault.valueOf(System.getProperty(PROPERTY, "NONE"));

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public Engine open(OpenHqmConfig config, InstantSource clock) {
    var memory =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("memory"))
            .findFirst()
            .orElseThrow();
    return proxy(Engine.class, memory.open(config, clock));
  }

  private static <T> T proxy(Class<T> type, T real) {
    Object made =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              boolean port = type != Engine.class && !method.getName().equals("features");
              if (method.getName().equals("broken") && fault == Fault.BROKEN_DOWN) {
                return Optional.of("The engine has broken down.");
              }
              if (method.getName().equals("health") && fault != Fault.NONE) {
                return new Engine.Health(false, "The broker does not answer: start it.");
              }
              if (port && !method.getName().equals("close") && fault == Fault.DOWN) {
                throw new UnavailableException(
                    "The broker does not answer.", Duration.ofSeconds(7));
              }
              if (port && !method.getName().equals("close") && fault == Fault.BROKEN) {
                throw new IllegalStateException("a defect that only the log may tell of");
              }
              try {
                Object result = method.invoke(real, arguments);
                if (result instanceof DeadLetters letters) {
                  return proxy(DeadLetters.class, letters);
                }
                return result instanceof Optional<?> part && type == Engine.class
                    ? part.map(FaultyEngineProvider::faulty)
                    : result;
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
    return type.cast(made);
  }

  /** A port that fails when the engine does. */
  private static Object faulty(Object port) {
    return switch (port) {
      case JobStore store -> proxy(JobStore.class, store);
      case RequestQueue queue -> proxy(RequestQueue.class, queue);
      case BlobStore blobs -> proxy(BlobStore.class, blobs);
      case Intake intake -> proxy(Intake.class, intake);
      default -> port;
    };
  }
}
