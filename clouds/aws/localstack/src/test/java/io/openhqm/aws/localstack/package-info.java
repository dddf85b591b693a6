/** An AWS in a container, for tests that elsewhere have a peer for each of its services. */
@NullMarked
package io.openhqm.aws.localstack;

import org.jspecify.annotations.NullMarked;
