// Job types as records: published by workers, followed by everyone who has to know them.
export { JobTypeBook, KnownJobType } from './job-type-book.js';
export { JobTypeReader } from './job-type-reader.js';
export { JobTypePublisher, type JobTypePublisherOptions } from './job-type-publisher.js';
export { nearestNames } from './nearest-names.js';
export { exampleOf } from './schema/example.js';
export { faultsOfSchema } from './schema/meta-schema.js';
export { faultsOfSearch } from './schema/search-faults.js';
export { mayFit, typesAt, type JsonTypes } from './schema/types-at.js';
export { unboundedPatterns } from './schema/schema-faults.js';
export { PayloadCheck, type CheckedPayload } from './schema/payload-check.js';
export { decidePublication, type PublicationDecision, type PublicationName } from './decide-publication.js';
export { labelOf, servedBy } from './member-labels.js';
export { decideEndpoint } from './decide-endpoint.js';
