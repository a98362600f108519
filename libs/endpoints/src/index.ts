// Job types that HTTP endpoints serve: their secrets, and the servers that fail.
export { EndpointSecrets, type RotatedSecret } from './endpoint-secrets.js';
export { FailingServers } from './failing-servers.js';
