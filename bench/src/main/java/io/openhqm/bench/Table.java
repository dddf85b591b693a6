package io.openhqm.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, beside what was promised. */
final class Table {
  private record Row(String what, String budget, String measured, String verdict) {}

  private final List<Row> rows = new ArrayList<>();

  /** A figure that must not be larger. */
  void atMost(String what, double budget, double measured, String unit, String detail) {
    add(what, "≤ " + number(budget) + unit, budget, measured, unit, detail, measured <= budget);
  }

  /** A figure that must not be smaller. */
  void atLeast(String what, double budget, double measured, String unit, String detail) {
    add(what, "≥ " + number(budget) + unit, budget, measured, unit, detail, measured >= budget);
  }

  /** A figure without a budget of its own. */
  void note(String what, String measured) {
    put(new Row(what, "", measured, ""));
  }

  private void add(
      String what,
      String budget,
      double limit,
      double measured,
      String unit,
      String detail,
      boolean met) {
    String shown = number(measured) + unit + (detail.isEmpty() ? "" : " (" + detail + ")");
    String missed = "missed by " + number(Math.abs(measured - limit)) + unit;
    put(new Row(what, budget, shown, met ? "met" : missed));
  }

  private void put(Row row) {
    rows.add(row);
    System.err.println("  " + row.what() + ": " + row.measured() + "  " + row.verdict());
  }

  /** Three figures that count, and no more. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "unknown";
    }
    double size = Math.abs(value);
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    int digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  String markdown() {
    var text = new StringBuilder("| what | budget | measured | verdict |\n|---|---|---|---|\n");
    for (var row : rows) {
      text.append("| ").append(row.what()).append(" | ").append(row.budget()).append(" | ");
      text.append(row.measured()).append(" | ").append(row.verdict()).append(" |\n");
    }
    return text.toString();
  }
}
