// Connections and migrations: all that knows Postgres is here and in the stages' SQL. TypeORM is loaded when there is something to migrate.
export {
  databaseSettingsFromEnv,
  DatabaseSettingsError,
  quoteName,
  schemasOf,
  type DatabaseSettings,
  type Schemas,
} from './settings.js';
export {
  codeOf,
  DatabaseUnreachableError,
  isContention,
  isPermanent,
  isUnavailable,
  minPostgresVersion,
  UnsuitableServerError,
  type ServerFault,
} from './errors.js';
export { Database, type Answer, type DatabaseOptions, type Session, type Statement } from './database.js';
export { askServer, faultOfServer, type ServerFacts } from './server-requirements.js';
export {
  DatabaseClock,
  DatabaseClockUnknownError,
  readDatabaseClock,
  type ReadClock,
} from './database-clock.js';
export { openDataSource } from './open-data-source.js';
export { migrate, migrateProjection, migrationsLock } from './migrate.js';
