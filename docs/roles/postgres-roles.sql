-- Roles for the processes of Jobstream, once, as a superuser, in the database that DATABASE_URL names: see docs/least-privilege.md.
-- Take other passwords; with JOBSTREAM_NAMESPACE=team-a the roles may have other names too.

-- Owns both schemas: migrates them, and is the projector, whose rebuilds make schemas and swap them.
CREATE ROLE jobstream_owner LOGIN PASSWORD 'change-me';

-- What all that run have in common; nobody logs in as it.
CREATE ROLE jobstream_process NOLOGIN;

CREATE ROLE jobstream_api LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
CREATE ROLE jobstream_scheduler LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
-- Every worker but the two below.
CREATE ROLE jobstream_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
CREATE ROLE jobstream_report_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;
CREATE ROLE jobstream_maintenance_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;

REVOKE ALL ON DATABASE jobstream FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE jobstream TO jobstream_owner;
GRANT CONNECT ON DATABASE jobstream TO jobstream_process;

-- A rebuild puts new tables in the place of the projection's: what may be done with those has to be said beforehand.
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT USAGE ON SCHEMAS TO jobstream_process;
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT SELECT ON TABLES TO jobstream_process;
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT UPDATE, DELETE ON TABLES TO jobstream_maintenance_worker;
