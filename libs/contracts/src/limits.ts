/** Bytes of one REST body, and of one item of a batch. */
export const maxBodyBytes = 256 * 1024;
/** Bytes of a whole batch body. */
export const maxBatchBytes = 32 * 1024 * 1024;
/** Items of one batch. */
export const maxBatchItems = 10_000;
/**
 * Texts, numbers, arrays, objects, `true`, `false` and `null` of one REST body, names of fields not counted. The cost of
 * parsing depends on these more than on bytes: half a million different names take V8 a second.
 */
export const maxBodyValues = 500_000;
/** Jobs that one attempt may enqueue. */
export const maxChildren = 1_000;
/** Bytes of the requests of all jobs that one attempt enqueues. */
export const maxChildrenBytes = 32 * 1024 * 1024;
/** Jobs of one flow. */
export const maxFlowJobs = 10_000;
/** Waits of one flow: of each job the others that it waits for. */
export const maxFlowEdges = 50_000;
/** Bytes of one uploaded image. */
export const maxUploadBytes = 25 * 1024 * 1024;
/** Bytes of a handler's result as JSON; a larger one is the non-retryable `result_too_large`. */
export const maxResultBytes = 256 * 1024;
/** Characters of an ordering key. */
export const maxOrderingKeyLength = 256;
/** Characters of a unique key. */
export const maxUniqueKeyLength = 512;
/** Characters of a URL that the platform calls: of an endpoint, or of what hears of the end of a job. */
export const maxCalledUrlLength = 2_048;
/** Bytes a request record may take on its topic: a full body and its envelope. Retries carry an error beside it. */
export const maxRequestRecordBytes = 512 * 1024;
/**
 * Arrays and objects in each other, in a record that carries a request, its own object counted. V8's `JSON.stringify`
 * overflows the stack at a few thousand; the API takes bodies to half of this.
 */
export const maxRecordNesting = 1_000;
/** Dead letters carry the whole record they set aside, so their topics take twice the request size. */
export const maxDeadLetterRecordBytes = 2 * maxRequestRecordBytes;
/** Bytes an order record may take on its topic. */
export const maxOrderRecordBytes = 64 * 1024;
/** Bytes the record of a job type may take on its topic: two schemas and what surrounds them. */
export const maxJobTypeRecordBytes = 256 * 1024;
/** Lines that are kept of what one attempt logs. */
export const maxLogLines = 1_000;
/** Bytes that they take, as JSON. */
export const maxLogBytes = 64 * 1024;
/** Characters kept of one line's message. */
export const maxLogMessageLength = 4_000;
/** Bytes the lines of one record may take on their topic, with what surrounds them. */
export const maxJobLogRecordBytes = 128 * 1024;
/** How long Kafka keeps lines, unless the topic is set otherwise. */
export const jobLogRetentionMs = 7 * 24 * 3_600_000;
/** How long Kafka keeps the newest sign of a worker at least: longer than anybody shows one that is silent. */
export const signRetentionMs = 3_600_000;
/** Signs that are older than this go, where the worker has given others since. */
export const signSegmentMs = 600_000;
/** Characters kept of an error's message and stack; longer ones are cut at the end. */
export const maxErrorMessageLength = 2_000;
export const maxErrorStackLength = 4_000;
