-- The roles of Jobstream's processes. Run this once, as a superuser, in the database of DATABASE_URL: see docs/least-privilege.md.
-- Use your own passwords. With JOBSTREAM_NAMESPACE=team-a the roles may have other names too.

-- Owns both schemas and migrates them. The projector uses it, because its rebuilds make schemas and swap them.
CREATE ROLE jobstream_owner LOGIN PASSWORD 'change-me';

-- The rights that all processes share. Nobody logs in as this role.
CREATE ROLE jobstream_process NOLOGIN;

CREATE ROLE jobstream_api LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
CREATE ROLE jobstream_scheduler LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
-- Every worker but the three below.
CREATE ROLE jobstream_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_process;
CREATE ROLE jobstream_report_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;
CREATE ROLE jobstream_webhooks_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;
CREATE ROLE jobstream_maintenance_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;
CREATE ROLE jobstream_http_worker LOGIN PASSWORD 'change-me' IN ROLE jobstream_worker;

REVOKE ALL ON DATABASE jobstream FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE jobstream TO jobstream_owner;
GRANT CONNECT ON DATABASE jobstream TO jobstream_process;

-- A rebuild replaces the tables of the projection with new ones. Rights on these have to be granted beforehand.
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT USAGE ON SCHEMAS TO jobstream_process;
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT SELECT ON TABLES TO jobstream_process;
ALTER DEFAULT PRIVILEGES FOR ROLE jobstream_owner GRANT UPDATE, DELETE ON TABLES TO jobstream_maintenance_worker;
