package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void aFigureOfAnEngineGoesOnAfterAGarbageCollection() {
    var metrics = new Metrics();
    var commits = new AtomicLong(1);
    metrics.figure("openhqm_engine_commits_total", commits::get);
    assertThat(metrics.scrape()).contains("openhqm_engine_commits_total 1.0");

    System.gc();
    commits.set(2);

    assertThat(metrics.scrape()).contains("openhqm_engine_commits_total 2.0");
  }
}
