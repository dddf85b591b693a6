package io.openhqm.core;

import java.util.UUID;

/**
 * A worker's right to one attempt of a job.
 *
 * @param jobId the job
 * @param fence the number of this lease: a store refuses every write under a lower number than the
 *     job's newest claim
 */
public record Lease(UUID jobId, long fence) {}
