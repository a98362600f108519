import { z } from 'zod';
import { caughtMailsSchema } from '../../rest/shipped/caught-mail.js';
import { healthReportSchema } from '../../rest/operations/health.js';
import type { RouteContract } from '../route-contract.js';

/** A document whose shape another standard defines. */
const anyDocument = z.record(z.string(), z.unknown());

const consolePage = z.string().describe('The name of a page: `jobs`.');
const consoleItem = z.string().describe('What the page shows one of: the id of a job.');

export const processRoutes: readonly RouteContract[] = [
  {
    route: 'GET /health/live',
    operationId: 'readLiveness',
    tag: 'Process',
    scope: 'open',
    summary: 'Whether the process answers at all',
    answers: { 200: { description: 'It does.', schema: z.object({ live: z.literal(true) }) } },
    problems: [],
  },
  {
    route: 'GET /health/ready',
    operationId: 'readReadiness',
    tag: 'Process',
    scope: 'open',
    scopeForMore: 'read',
    summary: 'Whether the process can do its work, and which parts are down',
    description:
      'The parts are checked at most once a second. Where keys are needed, details need a key with `read`; without one the answer only says which parts are up.',
    answers: {
      200: { description: 'It can.', schema: healthReportSchema },
      503: { description: 'It can not, or it is stopping.', schema: healthReportSchema },
    },
    problems: [],
  },
  {
    route: 'GET /metrics',
    operationId: 'readMetrics',
    tag: 'Process',
    scope: 'read',
    summary: 'Metrics as Prometheus reads them',
    answers: { 200: { description: 'The text exposition format.', contentType: 'text/plain' } },
    problems: [],
  },
  {
    route: 'GET /openapi.json',
    operationId: 'readOpenApi',
    tag: 'Process',
    scope: 'read',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: anyDocument } },
    problems: [],
  },
  {
    route: 'GET /asyncapi.json',
    operationId: 'readAsyncApi',
    tag: 'Process',
    scope: 'read',
    summary: 'The topics, for programs that read or write them directly',
    answers: { 200: { description: 'AsyncAPI 3.', schema: anyDocument } },
    problems: [],
  },
  {
    route: 'GET /docs',
    operationId: 'openDocs',
    tag: 'Process',
    scope: 'read',
    summary: 'This document as a page to read and try',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: [],
  },
  {
    route: 'GET /docs/{asset}',
    operationId: 'readDocsAsset',
    tag: 'Process',
    scope: 'read',
    summary: 'Scripts and styles of that page',
    path: { asset: z.string().describe('Its file name.') },
    answers: {
      200: { description: 'The file.', contentType: 'text/*' },
    },
    problems: ['route_not_found'],
  },
  ...(
    [
      ['GET /console', 'openConsole', {}],
      ['GET /console/{page}', 'openConsolePage', { page: consolePage }],
      ['GET /console/{page}/{item}', 'openConsoleItem', { page: consolePage, item: consoleItem }],
    ] as const
  ).map(([route, operationId, path]): RouteContract => ({
    route,
    operationId,
    tag: 'Process',
    scope: 'open',
    summary: 'The console: see what runs, and act on it',
    description: 'The page shows nothing by itself: it reads all it shows with the key of its user.',
    path,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['route_not_found'],
  })),
  {
    route: 'GET /console/assets/{asset}',
    operationId: 'readConsoleAsset',
    tag: 'Process',
    scope: 'open',
    summary: 'Scripts and styles of the console',
    path: { asset: z.string().describe('Its file name, which changes with its content.') },
    answers: { 200: { description: 'The file.', contentType: 'text/*' } },
    problems: ['route_not_found'],
  },
  {
    route: 'GET /dev/mail',
    operationId: 'listCaughtMail',
    tag: 'Process',
    scope: 'read',
    summary: 'Mail that was caught instead of delivered',
    description: 'Only on the embedded stack. A page for browsers, JSON for everyone else.',
    answers: { 200: { description: 'The newest first.', schema: caughtMailsSchema } },
    problems: [],
  },
];
