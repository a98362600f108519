import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { routeContracts } from '@jobstream/contracts';
import { createLogger } from '@jobstream/runtime';
import { ApiModule } from './api.module.js';
import { createHttpServer } from './http/http-server.js';
import { ProblemReplies } from './http/problem-reply.js';
import { CaughtMails } from './mail/caught-mails.js';

type Class = abstract new (...parts: never[]) => object;

const howToDeclare =
  'Declare it in libs/contracts/src/openapi/routes/: a RouteContract with its parameters, body, answers and problem codes.';
const howToServe = 'Nothing serves it: add it to a controller of ApiModule, or remove its RouteContract.';

/** Something of the class, to be injected and never called. */
function emptyOf({ prototype }: Class): object {
  return Object.create(prototype as object) as object;
}

/** Everything that the controllers ask for. */
function makeParts(): object[] {
  const { controllers = [] } = ApiModule.of([emptyOf(CaughtMails)]);
  const asked = controllers.flatMap(
    (controller) => (Reflect.getMetadata('design:paramtypes', controller) ?? []) as Class[],
  );
  return [...new Set(asked)].map(emptyOf);
}

const withoutNames = (route: string) => route.replaceAll(/:\w+|\{\w+\}/g, '{}');

describe('the routes of the server', () => {
  const served: string[] = [];
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const server = createHttpServer(new ProblemReplies(createLogger('api', 'silent')));
    server.getInstance().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) if (each !== 'HEAD') served.push(`${each} ${url}`);
    });
    app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(makeParts()), server, {
      logger: false,
      abortOnError: false,
      bodyParser: false,
    });
    await app.init();
  });
  afterAll(() => app.close());

  it('are all declared', () => {
    const declared = new Set(routeContracts.map(({ route }) => withoutNames(route)));
    const missing = served.filter((route) => !declared.has(withoutNames(route)));
    expect(missing.map((route) => `${route}: ${howToDeclare}`)).toEqual([]);
    expect(served.length).toBeGreaterThan(20);
  });

  it('are all that is declared', () => {
    const routes = new Set(served.map(withoutNames));
    const unserved = routeContracts.filter(({ route }) => !routes.has(withoutNames(route)));
    expect(unserved.map(({ route }) => `${route}: ${howToServe}`)).toEqual([]);
  });
});
