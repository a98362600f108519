/**
 * The header by which a page of the server proves that it is the one that uses the cookie of a session: no other site can make a
 * browser send it. Its value is `1`.
 */
export const consoleHeader = 'x-jobstream-console';
