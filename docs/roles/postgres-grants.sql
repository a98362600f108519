-- The rights of each role in `operations`. Run this after every migration, as jobstream_owner: see docs/least-privilege.md.
-- The default privileges are meant for the projection. This file names every table, so a new table is closed until it is named here.

REVOKE ALL ON ALL TABLES IN SCHEMA operations
  FROM jobstream_process, jobstream_worker, jobstream_report_worker, jobstream_webhooks_worker, jobstream_maintenance_worker, jobstream_http_worker, jobstream_api, jobstream_scheduler;

GRANT SELECT ON operations.migrations TO jobstream_process;

GRANT SELECT, INSERT, UPDATE ON operations.api_keys, operations.idempotency_keys TO jobstream_api;
GRANT SELECT, INSERT, UPDATE ON operations.error_marks TO jobstream_api;
GRANT SELECT, INSERT ON operations.audit_entries TO jobstream_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.schedules TO jobstream_api;
GRANT SELECT, INSERT, UPDATE ON operations.schedule_firings TO jobstream_api;
GRANT SELECT, INSERT, UPDATE ON operations.replays, operations.replay_jobs TO jobstream_api;
GRANT SELECT, INSERT, UPDATE ON operations.rebuilds TO jobstream_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.unique_keys, operations.delayed_jobs TO jobstream_api;
GRANT SELECT ON operations.claims, operations.job_logs, operations.read_positions, operations.limit_slots, operations.rate_grants, operations.endpoint_circuits TO jobstream_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.endpoint_secrets TO jobstream_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.webhooks TO jobstream_api;
GRANT SELECT, UPDATE ON operations.webhook_changes TO jobstream_api;

GRANT SELECT, INSERT, UPDATE ON operations.flows, operations.flow_steps, operations.flow_waits TO jobstream_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON operations.schedules, operations.delayed_jobs, operations.unique_keys TO jobstream_scheduler;
GRANT SELECT ON operations.claims TO jobstream_scheduler;
GRANT SELECT, UPDATE ON operations.flows, operations.flow_steps TO jobstream_scheduler;
GRANT SELECT ON operations.flow_waits TO jobstream_scheduler;
GRANT SELECT, INSERT, UPDATE ON operations.schedule_firings, operations.read_positions TO jobstream_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.replays, operations.replay_jobs TO jobstream_scheduler;
-- Not the secrets.
GRANT SELECT (id, types, states, submitted_for, progress, heard_from, switched_off_at) ON operations.webhooks TO jobstream_scheduler;
GRANT SELECT ON operations.webhook_changes TO jobstream_scheduler;

GRANT SELECT, UPDATE (failing_since, switched_off_at) ON operations.webhooks TO jobstream_webhooks_worker;
GRANT SELECT, UPDATE ON operations.webhook_changes TO jobstream_webhooks_worker;
GRANT INSERT ON operations.audit_entries TO jobstream_webhooks_worker;

GRANT SELECT, INSERT, UPDATE ON operations.claims TO jobstream_worker;
-- To free the key of a job that starts; the update is for the lock.
GRANT SELECT, UPDATE, DELETE ON operations.unique_keys TO jobstream_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.limit_slots, operations.rate_grants TO jobstream_worker;

GRANT SELECT ON operations.daily_statistics TO jobstream_report_worker;

GRANT SELECT ON operations.endpoint_secrets TO jobstream_http_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.endpoint_circuits TO jobstream_http_worker;

GRANT SELECT, UPDATE, DELETE ON operations.claims, operations.idempotency_keys, operations.api_keys TO jobstream_maintenance_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.flows, operations.flow_steps, operations.flow_waits TO jobstream_maintenance_worker;
GRANT SELECT, UPDATE, DELETE ON operations.audit_entries, operations.schedule_firings, operations.job_logs, operations.error_marks TO jobstream_maintenance_worker;
-- To make the jobs with unique keys that handlers enqueue.
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.delayed_jobs, operations.unique_keys TO jobstream_maintenance_worker;
GRANT SELECT ON operations.replay_jobs, operations.read_positions TO jobstream_maintenance_worker;
GRANT SELECT ON operations.rebuilds, operations.schedules TO jobstream_maintenance_worker;
GRANT SELECT, INSERT, UPDATE ON operations.daily_statistics TO jobstream_maintenance_worker;
