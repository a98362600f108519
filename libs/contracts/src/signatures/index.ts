// Signatures of the requests that the platform sends to others, in the way of Standard Webhooks.
export { keyOf, newSigningSecret } from './signing-secret.js';
export { signatureHeaders, signatureOf, signatureScheme, type SignedMessage } from './signature.js';
