package io.openhqm.aws.lambda;

import java.util.Map;

/**
 * One figure of CloudWatch: a name under the values of its dimensions.
 *
 * @param dimensions by name; bounded, as each combination of values is a metric that is paid for
 */
record Metric(String name, Unit unit, Map<String, String> dimensions) {
  /** As CloudWatch spells them. */
  enum Unit {
    COUNT("Count"),
    SECONDS("Seconds");

    private final String text;

    Unit(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  Metric {
    dimensions = Map.copyOf(dimensions);
  }

  /** Enough to tell figures apart; what a record makes itself is made anew at each cold start. */
  @Override
  public int hashCode() {
    return name.hashCode() ^ dimensions.hashCode();
  }
}
