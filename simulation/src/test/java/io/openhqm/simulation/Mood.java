package io.openhqm.simulation;

import java.util.Random;

/**
 * How hostile the world of one seed is, and how it is built.
 *
 * @param crash chance, at each step, that a process dies
 * @param unavailable chance, at each call of a port, that it gives no answer, before or after its
 *     effect
 * @param repeat chance, at each receive, that an old message is delivered once more
 * @param stall chance, at each receive, that the queue shows nothing; and that a process freezes
 * @param separate store and queue are two engines, and the queue holds no long delays
 * @param nodes how many processes
 * @param jobs how many submissions
 * @param shortLife results expire soon
 * @param waysKnown of a message that waits it is known to which backend it goes
 * @param slowCalls how many calls the slow backend takes at a time
 * @param announces that a job has ended is told on a response queue
 */
record Mood(
    double crash,
    double unavailable,
    double repeat,
    double stall,
    boolean separate,
    int nodes,
    int jobs,
    boolean shortLife,
    boolean waysKnown,
    int slowCalls,
    boolean announces) {
  static Mood of(Random random) {
    boolean separate = random.nextBoolean();
    int nodes = 1 + random.nextInt(6);
    int jobs = 4 + random.nextInt(9);
    boolean waysKnown = random.nextBoolean();
    int slowCalls = 1 + random.nextInt(3);
    boolean announces = random.nextBoolean();
    if (random.nextInt(6) == 0) {
      return new Mood(0, 0, 0, 0, separate, nodes, jobs, false, waysKnown, slowCalls, announces);
    }
    return new Mood(
        one(random, 0, 0.001, 0.004),
        one(random, 0, 0.01, 0.06),
        one(random, 0, 0.1, 0.4),
        one(random, 0, 0.02, 0.1),
        separate,
        nodes,
        jobs,
        random.nextInt(4) == 0,
        waysKnown,
        slowCalls,
        announces);
  }

  private static double one(Random random, double... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Nothing goes wrong but what backends do: every number can be foretold. */
  boolean isCalm() {
    return crash + unavailable + repeat + stall == 0;
  }
}
