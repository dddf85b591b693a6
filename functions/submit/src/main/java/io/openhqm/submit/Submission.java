package io.openhqm.submit;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Metadata;
import java.time.Instant;

/**
 * What a client submitted, checked.
 *
 * @param payload the bytes for the backend, a slice of the request's body
 * @param headers the fields for the backend
 * @param metadata how it is to be handled
 * @param notBefore when it is due; now, where the client asked for no delay
 * @param identity the fields that tell this request from another under the same idempotency key
 */
record Submission(
    Bytes payload, Headers headers, Metadata metadata, Instant notBefore, Headers identity) {}
