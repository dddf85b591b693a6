package io.openhqm.core.endpoint;

import io.openhqm.core.PermanentException;
import io.openhqm.core.Transformation;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.config.OpenHqmConfig.Routing;
import io.openhqm.core.config.OpenHqmConfig.Transform;
import io.openhqm.core.transform.Transformations;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The transforms of the routes, compiled once. */
final class RouteTransforms {
  private final Map<Transform, Transformation.Compiled> compiled;

  private RouteTransforms(Map<Transform, Transformation.Compiled> compiled) {
    this.compiled = compiled;
  }

  /**
   * Those of {@code routing}. One whose transformation is not on the class path is none that any
   * message passes: a process that only takes submissions never applies it and need not have it.
   */
  static RouteTransforms of(Routing routing) {
    var compiled = new HashMap<Transform, Transformation.Compiled>();
    var wanted = routing.routes().stream().map(Route::transform).distinct().toList();
    if (!wanted.stream().allMatch(Transform.NONE::equals)) {
      var installed = Transformations.installed();
      for (var transform : wanted) {
        if (!transform.equals(Transform.NONE)) {
          compiled.put(
              transform,
              installed
                  .named(transform.type())
                  .map(found -> found.compile(transform.text()))
                  .orElse(missing(transform.type())));
        }
      }
    }
    return new RouteTransforms(Map.copyOf(compiled));
  }

  private static Transformation.Compiled missing(String type) {
    return message -> {
      throw new PermanentException(
          "this worker has no '" + type + "'; the operator must put it on its class path");
    };
  }

  /** What makes the payload of the calls of {@code route}; it fails for good or not at all. */
  Optional<Transformation.Compiled> of(Route route) {
    return Optional.ofNullable(compiled.get(route.transform()))
        .map(
            transform ->
                message -> {
                  try {
                    var made = transform.apply(message);
                    if (made.length() > Transformation.RESULT_BYTES_MAX) {
                      throw new PermanentException(
                          "it has more than " + Transformation.RESULT_BYTES_MAX + " bytes");
                    }
                    return made;
                  } catch (PermanentException never) {
                    throw failed(route, never.getMessage());
                  } catch (RuntimeException | StackOverflowError | LinkageError bug) {
                    // Only the type: the text of an exception of others may hold anything.
                    throw failed(route, "it broke with " + bug.getClass().getName());
                  }
                });
  }

  private static PermanentException failed(Route route, String why) {
    return new PermanentException(
        "the "
            + route.transform().type()
            + " of the route '"
            + route.name()
            + "' cannot make a payload of this request: "
            + why);
  }
}
