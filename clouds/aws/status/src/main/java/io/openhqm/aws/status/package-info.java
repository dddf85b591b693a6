/** Polling on AWS Lambda: the entry point translates, the function decides. */
@NullMarked
package io.openhqm.aws.status;

import org.jspecify.annotations.NullMarked;
