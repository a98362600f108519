// API keys, which say who may do what, and the audit, which says who did.
export { issueKey, readKey, type IssuedKey, type ParsedKey } from './key-format.js';
export { ApiKeyStore, type KnownKey } from './api-key-store.js';
export { AuditStore, type AuditRecord } from './audit-store.js';
