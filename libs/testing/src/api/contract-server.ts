import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { routeContracts, type RouteAnswer, type RouteContract } from '@jobstream/contracts/openapi';
import { exampleOf } from '@jobstream/job-types';

/** A request as a server with the contracts alone sees it. */
export interface ContractRequest {
  /** As the contract writes it; undefined where no contract has it. */
  readonly route: string | undefined;
  /** What the contract does not allow of it. */
  readonly faults: readonly string[];
}

/**
 * Answers every route with an example of what its contract promises, and notes which requests came and what is wrong with them. It
 * shows which routes a program uses, and how; what the platform does, only a platform shows.
 */
export class ContractServer {
  /** In the order of their arrival. */
  readonly requests: ContractRequest[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ContractServer> {
    const server = createServer();
    const started = new ContractServer(server);
    server.on('request', (request, response) => void started.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url!, this.url);
    const contract = contracts.find(({ matches }) => matches.test(`${request.method} ${pathname}`))?.contract;
    const faults = contract ? faultsOf(contract, searchParams, body) : ['no such route'];
    this.requests.push({ route: contract?.route, faults });
    if (!contract) return void response.writeHead(404).end();
    send(response, contract, body.toString().includes('"dryRun":true'));
  }
}

const contracts = routeContracts([])
  // A fixed part of a path goes before a parameter.
  .toSorted((a, b) => Number(a.route.includes('{')) - Number(b.route.includes('{')))
  .map((contract) => ({
    contract,
    matches: new RegExp(`^${contract.route.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`),
  }));

function faultsOf({ query, body }: RouteContract, given: URLSearchParams, bytes: Buffer): string[] {
  const faults: string[] = [];
  const check = (schema: z.ZodType, value: unknown) => {
    const { error } = schema.safeParse(value);
    if (error) faults.push(...error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`));
  };
  check(query ?? z.strictObject({}), Object.fromEntries(given));
  if (bytes.length === 0 && body?.required !== false && body) faults.push('it has no body');
  if (bytes.length > 0 && !body) faults.push('it has a body');
  if (bytes.length > 0 && body?.schema) check(body.schema, JSON.parse(bytes.toString()));
  return faults;
}

function send(response: ServerResponse, { answers }: RouteContract, isDryRun: boolean): void {
  const successes = Object.entries(answers).filter(([status]) => status < '300');
  // Of a stream, that it has ended; of what can be tried first, the deed.
  const fits = successes.filter(([, { contentType }]) => contentType !== 'text/event-stream');
  const [status, answer] = fits.find(([status]) => !isDryRun && status === '202') ?? fits[0] ?? successes[0]!;
  response.writeHead(Number(status), { 'content-type': answer.contentType ?? 'application/json' });
  response.end(bodyOf(answer));
}

function bodyOf({ schema, contentType }: RouteAnswer): string | undefined {
  if (!schema) return contentType;
  const example = exampleOf(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
  if (example === null) throw new TypeError(`No example was found of ${JSON.stringify(schema.meta())}.`);
  // The last page, or whoever reads all of them never ends.
  return JSON.stringify('next' in (example as object) ? { ...example, next: null } : example);
}
