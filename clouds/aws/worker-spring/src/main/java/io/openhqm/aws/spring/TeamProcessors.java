package io.openhqm.aws.spring;

import io.openhqm.core.Nearest;
import io.openhqm.core.Processor;
import io.openhqm.core.config.OpenHqmConfig;
import io.openhqm.worker.Processors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.cloud.function.context.FunctionRegistration;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.ObjectMapper;

/**
 * Finds the bean that does the work. The catalog of Spring Cloud Function is not asked: its
 * look-ups are not made for many threads, and what it makes of a payload depends on what a client
 * says of it.
 */
final class TeamProcessors {
  /** What Spring Cloud Function itself has, and what calls us. */
  private static final Set<String> NOT_OURS = Set.of("functionRouter", OpenHqmWorker.FUNCTION);

  private static final String ECHO = "echo";

  private final GenericApplicationContext context;

  TeamProcessors(GenericApplicationContext context) {
    this.context = context;
  }

  /**
   * The bean that {@code processor.name} names, not started yet; or the only one there is, where
   * the proxy is off and no name is given. Empty: the proxy, or what else the configuration says.
   *
   * @throws IllegalArgumentException if the configuration does not say which of several it shall
   *     be, or names none that there is, or it cannot be called
   */
  Optional<Processor> of(OpenHqmConfig config) {
    var found = config.proxy().enabled() ? Map.<String, Supplier<Processor>>of() : found();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var own = config.processor();
    String name = own.name().orElseGet(() -> only(found));
    if (found.containsKey(name)) {
      return Optional.of(found.get(name).get());
    }
    if (name.equals(ECHO) || Processors.names(own.jars()).contains(name)) {
      return Optional.empty();
    }
    throw new IllegalArgumentException(
        "processor.name: there is no function or processor '"
            + name
            + "'"
            + Nearest.hint(name, found.keySet())
            + "; found: "
            + String.join(", ", found.keySet()));
  }

  /** None is made that is a function; they are told by name only. */
  private Map<String, Supplier<Processor>> found() {
    var found = new TreeMap<String, Supplier<Processor>>();
    for (var kind : List.of(FunctionRegistration.class, Function.class, Consumer.class)) {
      for (String name : context.getBeanNamesForType(kind, true, false)) {
        if (!NOT_OURS.contains(name)) {
          found.put(name, () -> function(name));
        }
      }
    }
    context
        .getBeansOfType(Processor.class)
        .forEach(
            (bean, processor) -> {
              if (found.putIfAbsent(processor.name(), () -> processor) != null) {
                throw new IllegalArgumentException(
                    "two beans work under the name '" + processor.name() + "'; rename one");
              }
            });
    return found;
  }

  private Processor function(String name) {
    var mapper = context.getBeanProvider(ObjectMapper.class).getIfAvailable(ObjectMapper::new);
    return new FunctionProcessor(name, TeamFunction.of(name, context), mapper);
  }

  private static String only(Map<String, Supplier<Processor>> found) {
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "processor.name: not given, and there are several functions: "
              + String.join(", ", found.keySet())
              + "; name the one that shall work on what clients submit");
    }
    return found.keySet().iterator().next();
  }
}
