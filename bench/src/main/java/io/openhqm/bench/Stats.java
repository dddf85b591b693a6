package io.openhqm.bench;

import java.util.Arrays;

/** The few statistics the table needs. */
final class Stats {
  private Stats() {}

  /** The middle one, or the mean of the two in the middle. */
  static double median(double... values) {
    return (quantile(values, 0.5) + quantile(values, Math.nextUp(0.5))) / 2;
  }

  /** The smallest value that at least {@code q} of the sample does not exceed. */
  static double quantile(double[] values, double q) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int index = (int) Math.ceil(q * sorted.length) - 1;
    return sorted[Math.clamp(index, 0, sorted.length - 1)];
  }
}
