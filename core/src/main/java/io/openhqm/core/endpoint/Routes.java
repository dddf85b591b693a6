package io.openhqm.core.endpoint;

import io.openhqm.core.Message;
import io.openhqm.core.config.OpenHqmConfig.Route;
import io.openhqm.core.config.OpenHqmConfig.Routing;
import io.openhqm.core.endpoint.Rewrites.UnfitException;
import io.openhqm.core.transform.MessagePath;
import io.openhqm.core.transform.MessagePath.Found;
import java.util.List;
import java.util.Optional;

/** Finds the route that a message takes, by the rules of the Python OpenHQM, whose files load. */
final class Routes {
  private Routes() {}

  /**
   * The first that matches, in the order of their priorities.
   *
   * @throws UnfitException if that cannot be found out: to take it for one that does not match
   *     would send the message somewhere else
   */
  static Optional<Route> first(Routing routing, Message message) throws UnfitException {
    for (var route : routing.routes()) {
      if (route.enabled() && matches(route, message)) {
        return Optional.of(route);
      }
    }
    return Optional.empty();
  }

  /** A default takes everything, and so does a route that looks at no field. */
  private static boolean matches(Route route, Message message) throws UnfitException {
    if (route.isDefault() || route.matchField().isEmpty()) {
      return true;
    }
    String path = route.matchField().get();
    var found = MessagePath.find(path, message);
    try {
      for (String text : found.isPresent() ? texts(found.get()) : List.<String>of()) {
        if (fits(route, text)) {
          return true;
        }
      }
    } catch (BoundedText.TooMuchException tooMuch) {
      throw new UnfitException(
          "what is at '"
              + path
              + "' takes too long to compare with the pattern of the route '"
              + route.name()
              + "'; name an endpoint in metadata.endpoint, or have the operator simplify the"
              + " pattern");
    }
    return false;
  }

  /** A value is compared as a whole, a pattern from the beginning; without either nothing fits. */
  private static boolean fits(Route route, String text) throws BoundedText.TooMuchException {
    return route.matchValue().isPresent()
        ? route.matchValue().get().equals(text)
        : route.matchPattern().isPresent() && BoundedText.begins(text, route.matchPattern().get());
  }

  /** What a value is compared as: a flag in JSON's spelling and in Python's. */
  private static List<String> texts(Found found) {
    return switch (found.kind()) {
      case STRING, NUMBER, TREE -> List.of(found.text());
      case BOOLEAN -> List.of(found.text(), found.text().equals("true") ? "True" : "False");
      case NULL -> List.of();
    };
  }
}
