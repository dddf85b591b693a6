/**
 * Queue to HTTP on AWS Lambda, without a framework: the worker, the sweep, and what closes jobs
 * that the queue gave up on.
 */
@NullMarked
package io.openhqm.aws.worker;

import org.jspecify.annotations.NullMarked;
