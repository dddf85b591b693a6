/**
 * What all functions on AWS Lambda share: the events of its triggers, configuration from the
 * environment, metrics and logs for CloudWatch.
 */
@NullMarked
package io.openhqm.aws.lambda;

import org.jspecify.annotations.NullMarked;
