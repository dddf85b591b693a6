package io.openhqm.aws.lambda;

import io.openhqm.aws.lambda.Metric.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/**
 * Collects figures and writes them as lines in CloudWatch's Embedded Metric Format: as few lines as
 * hold them all, as log volume is paid for. Safe for use by many threads.
 *
 * <p>A line has each name once. So figures share a line unless they differ in the value of a
 * dimension that both have, or are the same figure under other dimensions.
 */
final class EmbeddedMetrics {
  private static final String NAMESPACE = "OpenHQM";

  /** CloudWatch takes no more values of one figure in a line. */
  private static final int VALUES_MAX = 100;

  /** And no more figures. */
  private static final int METRICS_MAX = 100;

  /**
   * What has been noted of one figure: counts are added up, anything else is kept value by value.
   */
  private static final class Values {
    private final List<Double> list = new ArrayList<>(1);

    void add(Metric metric, double value) {
      if (metric.unit() == Unit.COUNT && !list.isEmpty()) {
        list.set(0, list.getFirst() + value);
      } else {
        list.add(value);
      }
    }
  }

  /** What stands in one line. */
  private static final class Line {
    private final Map<String, String> dimensions = new TreeMap<>();
    private final Map<Metric, List<Double>> metrics = new LinkedHashMap<>();

    /** Takes the figure in, if the line has room for it. */
    boolean take(Metric metric, List<Double> values) {
      boolean conflict =
          metrics.size() == METRICS_MAX
              || metrics.keySet().stream().anyMatch(other -> other.name().equals(metric.name()))
              || metric.dimensions().entrySet().stream()
                  .anyMatch(
                      each ->
                          !dimensions
                              .getOrDefault(each.getKey(), each.getValue())
                              .equals(each.getValue()));
      if (conflict) {
        return false;
      }
      dimensions.putAll(metric.dimensions());
      metrics.put(metric, values);
      return true;
    }

    void write(JsonGenerator json, Instant now) {
      json.writeObjectPropertyStart("_aws");
      json.writeNumberProperty("Timestamp", now.toEpochMilli());
      json.writeArrayPropertyStart("CloudWatchMetrics");
      byDimensions().forEach((names, figures) -> writeDirective(json, names, figures));
      json.writeEndArray();
      json.writeEndObject();
      dimensions.forEach(json::writeStringProperty);
      metrics.forEach((metric, values) -> writeValues(json, metric, values));
    }

    private Map<List<String>, List<Metric>> byDimensions() {
      Map<List<String>, List<Metric>> directives = new LinkedHashMap<>();
      for (var metric : metrics.keySet()) {
        var names = metric.dimensions().keySet().stream().sorted().toList();
        directives.computeIfAbsent(names, none -> new ArrayList<>()).add(metric);
      }
      return directives;
    }

    private static void writeDirective(
        JsonGenerator json, List<String> dimensions, List<Metric> figures) {
      json.writeStartObject();
      json.writeStringProperty("Namespace", NAMESPACE);
      json.writeArrayPropertyStart("Dimensions");
      json.writeStartArray();
      dimensions.forEach(json::writeString);
      json.writeEndArray();
      json.writeEndArray();
      json.writeArrayPropertyStart("Metrics");
      for (var metric : figures) {
        json.writeStartObject();
        json.writeStringProperty("Name", metric.name());
        json.writeStringProperty("Unit", metric.unit().text());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }

    private static void writeValues(JsonGenerator json, Metric metric, List<Double> values) {
      json.writeName(metric.name());
      if (values.size() == 1) {
        json.writeNumber(values.getFirst());
        return;
      }
      json.writeStartArray();
      values.forEach(json::writeNumber);
      json.writeEndArray();
    }
  }

  private Map<Metric, Values> noted = new LinkedHashMap<>();

  /** Notes a value. */
  synchronized void note(Metric metric, double value) {
    noted.computeIfAbsent(metric, unseen -> new Values()).add(metric, value);
  }

  private synchronized Map<Metric, Values> takeAll() {
    var all = noted;
    noted = new LinkedHashMap<>();
    return all;
  }

  /** Takes what was noted, as something that writes the fields of each line. */
  List<LineFields> drain(Instant now) {
    var lines = new ArrayList<Line>();
    takeAll()
        .forEach(
            (metric, values) -> {
              for (int from = 0; from < values.list.size(); from += VALUES_MAX) {
                int to = Math.min(values.list.size(), from + VALUES_MAX);
                place(lines, metric, values.list.subList(from, to));
              }
            });
    return lines.stream().<LineFields>map(line -> json -> line.write(json, now)).toList();
  }

  /** Writes the fields of a line. */
  interface LineFields {
    void write(JsonGenerator json);
  }

  private static void place(List<Line> lines, Metric metric, List<Double> values) {
    for (var line : lines) {
      if (line.take(metric, values)) {
        return;
      }
    }
    var line = new Line();
    line.take(metric, values);
    lines.add(line);
  }
}
