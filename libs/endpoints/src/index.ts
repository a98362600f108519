// Job types that HTTP endpoints serve: their secrets, the servers that fail, and the hosts that may be called.
export { endpointSettings } from './endpoint-settings.js';
export { EndpointSecrets, type RotatedSecret } from './endpoint-secrets.js';
export { FailingServers } from './failing-servers.js';
