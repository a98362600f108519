import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { z } from 'zod';
import { HandlerRegistry } from './handler-registry.js';
import { JobHandler } from './job-handler.js';

const queue = defineQueue('print');
const define = (type: string, on = queue) =>
  defineJob({ type, queue: on, payload: z.object({ n: z.int() }), result: z.int() });
const page = define('print.page');
const book = define('print.book');
const mail = define('mail.send', defineQueue('mail'));

@Injectable()
class Printer {
  print(n: number): number {
    return n * 2;
  }
}
@JobHandler(page)
class PageHandler {
  constructor(private readonly printer: Printer) {}

  handle({ n }: { n: number }): number {
    return this.printer.print(n);
  }
}
@JobHandler(page)
class OtherPageHandler {
  handle(): number {
    return 0;
  }
}
@JobHandler(book)
class BookHandler {
  handle(): number {
    return 0;
  }
}
@JobHandler(mail)
class MailHandler {
  handle(): number {
    return 0;
  }
}
@Injectable({ scope: Scope.REQUEST })
class Visitor {}
@JobHandler(page)
class ScopedHandler {
  constructor(readonly visitor: Visitor) {}

  handle(): number {
    return 0;
  }
}

async function registryOf(...providers: Provider[]) {
  @Module({ imports: [DiscoveryModule], providers: [HandlerRegistry, Printer, ...providers] })
  class TestModule {}
  const app = await NestFactory.createApplicationContext(TestModule, { logger: false, abortOnError: false });
  return app.get(HandlerRegistry);
}

describe('HandlerRegistry', () => {
  it('finds the handler of each job type, with its dependencies', async () => {
    const handlers = (await registryOf(PageHandler, BookHandler)).handlersOf([queue]).get('print')!;
    expect([...handlers.keys()].sort()).toEqual(['print.book', 'print.page']);
    expect(handlers.get('print.page')!.handler.handle({ n: 21 }, undefined as never)).toBe(42);
  });

  it('takes handlers that are functions beside those of classes', async () => {
    const functions = [book.handle(({ n }) => n + 1)];
    const handlers = (await registryOf(PageHandler)).handlersOf([queue], functions).get('print')!;
    expect([...handlers.keys()].sort()).toEqual(['print.book', 'print.page']);
    expect(handlers.get('print.book')!.handler.handle({ n: 1 }, undefined as never)).toBe(2);
  });

  it('keeps the handlers of several queues apart, and refuses one of them without a handler', async () => {
    const registry = await registryOf(PageHandler);
    const both = registry.handlersOf([queue, mail.queue], [mail.handle(() => 0)]);
    expect([...both].map(([name, handlers]) => [name, ...handlers.keys()])).toEqual([
      ['print', 'print.page'],
      ['mail', 'mail.send'],
    ]);
    expect(() => registry.handlersOf([queue, mail.queue])).toThrow('there is none: put @JobHandler');
  });

  it('refuses functions of another queue, and a function beside a class of one type', async () => {
    const registry = await registryOf(PageHandler);
    const sendMail = () => 0;
    expect(() => registry.handlersOf([queue], [mail.handle(sendMail), page.handle(() => 0)])).toThrow(
      '"print.page" has 2 handlers (PageHandler, a function): keep one. sendMail handles "mail.send" of the queue "mail": move it',
    );
  });

  it.each([
    [
      'a job type with two',
      [PageHandler, OtherPageHandler, BookHandler],
      '"print.page" has 2 handlers (OtherPageHandler, PageHandler): keep one.',
    ],
    [
      'a handler of another queue',
      [PageHandler, BookHandler, MailHandler],
      'MailHandler handles "mail.send" of the queue "mail": move it',
    ],
    ['a request-scoped handler', [ScopedHandler, Visitor, BookHandler], 'ScopedHandler is request-scoped'],
  ])('refuses %s, naming the fix', async (_, providers, message) => {
    const registry = await registryOf(...providers);
    expect(() => registry.handlersOf([queue])).toThrow(message);
  });

  it('refuses a queue without a handler', async () => {
    const registry = await registryOf();
    expect(() => registry.handlersOf([queue])).toThrow('there is none: put @JobHandler on a class');
  });
});
