import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { routeContracts, type Route } from '@jobstream/contracts/openapi';
import { ContractServer } from '@jobstream/testing';
import { runProgram } from './program.js';

const id = '01a20495-2546-7ab4-9119-1338e5675ed4';
const group = '01a2049525467ab4';
const folder = mkdtempSync(join(tmpdir(), 'jobstream-cli-'));
const file = (name: string, text = '') => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const endpointType = {
  endpoint: { url: 'https://billing.example.com/jobs' },
  queue: { name: 'invoices' },
  payload: { type: 'object' },
};

/** A command that uses a route. */
const commands: Readonly<Record<Route, readonly string[]>> = {
  'POST /v1/jobs': ['submit', 'probe.run', '{"sleepMs": 5}', '--priority', '9', '--delay', '10m'],
  'POST /v1/jobs/batch': ['batch', file('jobs', '{"sleepMs": 1}\n'), '--type', 'probe.run'],
  'GET /v1/jobs': ['jobs', 'list', '--state', 'running', '--at', '2026-01-31', '--payload', '--limit', '1'],
  'GET /v1/jobs/{id}': ['jobs', 'get', id, '--wait', '30s'],
  'POST /v1/jobs/{id}/cancel': ['cancel', id],
  'GET /v1/jobs/{id}/history': ['jobs', 'history', id],
  'GET /v1/jobs/{id}/runs': ['jobs', 'runs', id, '--payload', '--limit', '3'],
  'GET /v1/jobs/{id}/explain': ['jobs', 'explain', id],
  'GET /v1/jobs/{id}/logs': ['jobs', 'logs', id, '--run', '1', '--attempt', '2'],
  'GET /v1/jobs/{id}/stream': ['jobs', 'watch', id],
  'GET /v1/counts': ['jobs', 'count', '--at', '2026-01-31'],
  'GET /v1/throughput': ['jobs', 'throughput', '--since', '2026-01-31', '--step', '1h'],
  'GET /v1/error-groups': [
    'errors',
    'list',
    '--queue',
    'probe',
    '--no-muted',
    '--dead-letters',
    '--since',
    '2026-01-31',
  ],
  'GET /v1/error-groups/{id}': ['errors', 'get', group],
  'PATCH /v1/error-groups/{id}': ['errors', 'mute', group, '--until', '2026-12-01T06:00:00Z', '--note', 'x'],
  'GET /v1/job-types': ['types', 'list'],
  'GET /v1/job-types/{type}': ['types', 'get', 'probe.run'],
  'PUT /v1/job-types/{type}': ['endpoints', 'put', 'invoice.send', JSON.stringify(endpointType)],
  'POST /v1/job-types/{type}/secret': ['endpoints', 'rotate', 'invoice.send', '--valid-for', '1h'],
  'DELETE /v1/job-types/{type}': ['types', 'delete', 'probe.run'],
  'GET /v1/queues': ['queues', 'list'],
  'GET /v1/queues/{queue}': ['queues', 'get', 'probe'],
  'POST /v1/queues/{queue}/pause': ['pause', 'probe'],
  'POST /v1/queues/{queue}/resume': ['resume', 'probe'],
  'GET /v1/queues/{queue}/limits/usage': ['limits', 'usage', 'probe'],
  'PUT /v1/queues/{queue}/limits': ['limits', 'set', 'probe', '--key', 'user', '--key-rate', '5/s'],
  'DELETE /v1/queues/{queue}/limits': ['limits', 'clear', 'probe'],
  'GET /v1/workers': ['workers', '--queue', 'probe'],
  'GET /v1/topics': ['topics', 'list', '--queue', 'probe', '--limit', '5'],
  'GET /v1/topics/{topic}/records': ['topics', 'records', 'jobs.probe', '--partition', '1', '--offset', '3'],
  'POST /v1/flows': ['flows', 'submit', '{"jobs": [{"name": "one", "type": "probe.run", "payload": {}}]}'],
  'GET /v1/flows': ['flows', 'list', '--state', 'failed'],
  'GET /v1/flows/{id}': ['flows', 'get', id],
  'POST /v1/flows/{id}/cancel': ['flows', 'cancel', id],
  'POST /v1/flows/{id}/replay': ['flows', 'replay', id],
  'POST /v1/replays': ['redrive', '--queue', 'probe', '--why', 'x', '--yes', '--no-watch'],
  'GET /v1/replays': ['replays', 'list', '--limit', '5', '--state', 'open'],
  'GET /v1/replays/{id}': ['replays', 'get', id],
  'GET /v1/replays/{id}/jobs': ['replays', 'jobs', id],
  'POST /v1/replays/{id}/cancel': ['replays', 'cancel', id],
  'POST /v1/actions': ['actions', 'start', 'cancel', 'queue:probe', '--why', 'x', '--yes', '--no-watch'],
  'GET /v1/actions': ['actions', 'list', '--limit', '5', '--state', 'failed'],
  'GET /v1/actions/{id}': ['actions', 'get', id],
  'POST /v1/actions/{id}/cancel': ['actions', 'cancel', id],
  'POST /v1/jobs/{id}/replay': ['jobs', 'replay', id, '--why', 'x'],
  'GET /v1/queues/{queue}/dead-letters': ['dead-letters', 'probe'],
  'GET /v1/schedules': ['schedules', 'list'],
  'POST /v1/schedules/preview': [
    'schedules',
    'preview',
    '--cron',
    '30 2 * * *',
    '--time-zone',
    'Europe/Berlin',
  ],
  'GET /v1/schedules/{name}': ['schedules', 'get', 'nightly'],
  'PUT /v1/schedules/{name}': ['schedules', 'put', 'nightly', 'probe.run', '--every', '5m', '--paused'],
  'DELETE /v1/schedules/{name}': ['schedules', 'delete', 'nightly', '--yes'],
  'POST /v1/schedules/{name}/fire': ['schedules', 'fire', 'nightly'],
  'POST /v1/webhooks': ['webhooks', 'create', 'https://receiver.example/', '--state', 'expired'],
  'GET /v1/webhooks': ['webhooks', 'list'],
  'GET /v1/webhooks/{id}': ['webhooks', 'get', 'notify'],
  'PATCH /v1/webhooks/{id}': ['webhooks', 'change', id, '--all', '--type', 'probe.run'],
  'DELETE /v1/webhooks/{id}': ['webhooks', 'delete', id, '--yes'],
  'POST /v1/webhooks/{id}/pause': ['webhooks', 'pause', id],
  'POST /v1/webhooks/{id}/resume': ['webhooks', 'resume', id],
  'POST /v1/webhooks/{id}/ping': ['webhooks', 'ping', id],
  'POST /v1/webhooks/{id}/secret': ['webhooks', 'rotate', id, '--valid-for', '1h'],
  'GET /v1/webhooks/{id}/deliveries': ['webhooks', 'deliveries', id, '--state', 'dead_lettered'],
  'GET /v1/rebuilds': ['rebuild', 'list'],
  'POST /v1/rebuilds': ['rebuild', 'start', '--why', 'x', '--yes', '--no-watch'],
  'GET /v1/rebuilds/{id}': ['rebuild', 'get', id],
  'POST /v1/rebuilds/{id}/cancel': ['rebuild', 'cancel', id],
  'POST /v1/rebuilds/{id}/swap': ['rebuild', 'swap', id, '--yes', '--no-watch'],
  'DELETE /v1/rebuilds/{id}/kept': ['rebuild', 'drop', id, '--yes'],
  'PUT /images/{image_id}': ['images', 'upload', 'cat', file('cat.jpg', 'bytes')],
  'GET /images/{image_id}/thumbnail': ['images', 'thumbnail', 'cat', '-o', file('thumbnail')],
  'GET /reports/{task_id}': ['reports', 'get', id, '-o', file('report')],
  'GET /v1/api-keys': ['keys', 'list'],
  'POST /v1/api-keys': ['keys', 'create', 'web', '--scope', 'read', 'submit', '--rate', '10/60s'],
  'DELETE /v1/api-keys/{id}': ['keys', 'revoke', id, '--yes'],
  'GET /v1/me': ['me'],
  'GET /v1/audit': ['audit', '--key-id', id],
  'GET /health/ready': ['health'],
};

/** Why a person does without a command for a route. */
const withoutCommand: Readonly<Record<Route, string>> = {
  'POST /images/{image_id}/process': 'submit image.thumbnail does it',
  'POST /images/{image_id}/text': 'submit inference.ocr does it',
  'POST /reports': 'submit report.generate does it',
  'POST /signup': 'a form of the demonstration',
  'GET /tasks/{task_id}': 'jobs get in the words of Celery',
  'GET /health/live': 'health says more',
  'GET /metrics': 'Prometheus reads them',
  'GET /openapi.json': 'programs read it',
  'GET /asyncapi.json': 'programs read it',
  'POST /v1/session': 'browsers sign in; the command sends the key itself',
  'DELETE /v1/session': 'browsers sign out',
  'GET /v1/live': 'queues list shows a moment; the console watches',
  'GET /docs': 'a page for a browser',
  'GET /docs/{asset}': 'a part of a page',
  'GET /console': 'a page for a browser',
  'GET /console/{page}': 'a page for a browser',
  'GET /console/{page}/{item}': 'a page for a browser',
  'GET /console/assets/{asset}': 'a part of a page',
  'GET /dev/mail': 'a page for a browser, on the embedded stack',
};

describe('the program', () => {
  let server: ContractServer;
  let told: { stdout: string; stderr: string };
  beforeAll(async () => {
    server = await ContractServer.start();
    for (const name of ['stdout', 'stderr'] as const)
      jest.spyOn(process[name], 'write').mockImplementation((text) => {
        told[name] += String(text);
        return true;
      });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
    await server?.stop();
  });
  const run = (...args: readonly string[]) => {
    told = { stdout: '', stderr: '' };
    server.requests.length = 0;
    return runProgram(args, { JOBSTREAM_URL: server.url });
  };

  it('has a command for each route, or a reason for doing without', () => {
    const routes = routeContracts([]).map(({ route }) => route);
    expect([...Object.keys(commands), ...Object.keys(withoutCommand)].toSorted()).toEqual(routes.toSorted());
  });

  it.each(Object.entries(commands))(
    'uses %s as its contract says, and shows the answer',
    async (route, args) => {
      await run(...args);
      expect(server.requests).toContainEqual({ route, faults: [] });
      expect(server.requests.flatMap(({ faults }) => faults)).toEqual([]);
      expect(told.stdout).not.toBe('');
      await run(...args, '--json');
      for (const line of told.stdout.split('\n').filter((each) => each !== ''))
        expect(JSON.parse(line) as unknown).toBeDefined();
    },
  );
});
