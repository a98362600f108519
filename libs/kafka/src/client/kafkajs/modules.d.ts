// The modules of kafkajs have no types: each importer states them. They are imported, not required at run time, so that the bundle
// of a service holds each of them once.
declare module 'kafkajs/src/*.js' {
  const exported: unknown;
  export default exported;
}
