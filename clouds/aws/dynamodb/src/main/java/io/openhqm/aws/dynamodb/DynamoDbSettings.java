package io.openhqm.aws.dynamodb;

import static java.util.Objects.requireNonNull;

/**
 * Which table, and what is worth paying for.
 *
 * @param table its name; it must be like {@link JobTable}
 * @param region where it is
 * @param indexLeases whether running jobs are in the index of the sweep, so that it finds those
 *     whose worker died. Costs two writes a job, and two each time that its lease is extended; a
 *     queue that brings their messages back makes it unnecessary
 * @param resultBytesMax the largest result body that is kept in the table, in bytes; 1 to {@value
 *     #RESULT_BYTES_MAX}. Each KiB of it costs a write and each 4 KiB a read, whatever is read of
 *     the job
 */
public record DynamoDbSettings(
    String table, String region, boolean indexLeases, int resultBytesMax) {
  /**
   * What leaves 80 KiB of an item's 400 for the result's header fields and for what else is known
   * of the job.
   */
  public static final int RESULT_BYTES_MAX = 320 * 1024;

  public DynamoDbSettings {
    requireNonNull(table, "table");
    requireNonNull(region, "region");
    if (resultBytesMax < 1 || resultBytesMax > RESULT_BYTES_MAX) {
      throw new IllegalArgumentException(
          "resultBytesMax must be 1 to " + RESULT_BYTES_MAX + " but is " + resultBytesMax);
    }
  }

  /** With running jobs in the index and results as large as an item holds. */
  public static DynamoDbSettings of(String table, String region) {
    return new DynamoDbSettings(table, region, true, RESULT_BYTES_MAX);
  }

  /** The same, with or without running jobs in the index. */
  public DynamoDbSettings withIndexLeases(boolean other) {
    return new DynamoDbSettings(table, region, other, resultBytesMax);
  }

  /** The same with another bound on results. */
  public DynamoDbSettings withResultBytesMax(int other) {
    return new DynamoDbSettings(table, region, indexLeases, other);
  }
}
