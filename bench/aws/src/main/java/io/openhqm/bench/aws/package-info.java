/** Measures the cold start of functions on AWS Lambda beside that of others. */
@NullMarked
package io.openhqm.bench.aws;

import org.jspecify.annotations.NullMarked;
