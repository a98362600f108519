// Who may do what, and who did: API keys and the audit.
export { issueKey, readKey, type IssuedKey, type KeyParts } from './key-format.js';
export { ApiKeyStore, type KnownKey } from './api-key-store.js';
export { AuditStore, type AuditRecord } from './audit-store.js';
