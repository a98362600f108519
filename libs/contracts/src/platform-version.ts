/** The version of Jobstream, as its package.json says: a bundled program has no other file to read it from. */
export const platformVersion = '0.1.0';
