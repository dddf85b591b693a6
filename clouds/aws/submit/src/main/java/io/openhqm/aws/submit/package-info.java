/** HTTP to queue on AWS Lambda: the entry point translates, the function decides. */
@NullMarked
package io.openhqm.aws.submit;

import org.jspecify.annotations.NullMarked;
