package io.openhqm.core.api;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A place in the path space, and who answers there.
 *
 * @param template the path: literal, or with one {@code {…}} for one non-empty segment, or with
 *     {@code {…*}} at the end for one segment and all that follows it
 * @param methods which methods it takes; empty: all
 * @param handler who answers
 */
public record Resource(String template, List<String> methods, Handler handler) {
  /** Answers at a resource. */
  @FunctionalInterface
  public interface Handler {
    /**
     * The answer.
     *
     * @param variable what stood where the template has its braces, as it came on the wire; empty
     *     for a literal template
     * @throws ProblemException what it holds is the answer
     * @throws InterruptedException if the thread was interrupted while the client waited
     */
    ApiResponse handle(ApiRequest request, String variable) throws InterruptedException;
  }

  public Resource {
    requireNonNull(template, "template");
    methods = List.copyOf(methods);
    requireNonNull(handler, "handler");
    int open = template.indexOf('{');
    if (!template.startsWith("/") || open >= 0 && template.indexOf('}', open) < 0) {
      throw new IllegalArgumentException(
          "a template must start with a slash and close its brace but is '" + template + "'");
    }
  }

  /** A resource that takes {@code methods}; {@code HEAD} comes with {@code GET}. */
  public static Resource at(String template, Handler handler, String... methods) {
    return new Resource(template, List.of(methods), handler);
  }

  /**
   * What stands where the template has its braces, if {@code path} fits: an empty text for a
   * literal template.
   */
  Optional<String> match(String path) {
    int open = template.indexOf('{');
    if (open < 0) {
      return path.equals(template) ? Optional.of("") : Optional.empty();
    }
    int close = template.indexOf('}', open);
    int tail = template.length() - close - 1;
    int end = path.length() - tail;
    boolean fits =
        end > open
            && path.regionMatches(0, template, 0, open)
            && path.regionMatches(end, template, close + 1, tail);
    if (!fits) {
      return Optional.empty();
    }
    String variable = path.substring(open, end);
    boolean manySegments = template.charAt(close - 1) == '*';
    boolean admitted = manySegments ? variable.charAt(0) != '/' : variable.indexOf('/') < 0;
    return admitted ? Optional.of(variable) : Optional.empty();
  }

  boolean takes(String method) {
    return methods.isEmpty()
        || methods.contains(method)
        || method.equals("HEAD") && methods.contains("GET");
  }
}
