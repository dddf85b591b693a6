/**
 * The worker on Spring Cloud Function: a team's {@code Function} beans, or its beans that are
 * {@link io.openhqm.core.Processor}s, work on what clients submit.
 */
@NullMarked
package io.openhqm.aws.spring;

import org.jspecify.annotations.NullMarked;
