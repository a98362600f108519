import type { FactoryProvider } from '@nestjs/common';
import type { Environment } from '@jobstream/runtime';
import { readSettings } from '@jobstream/runtime';
import type { z } from 'zod';
import { contextToken, type Token } from './tokens.js';

type Tokens<Things> = { readonly [Key in keyof Things]: Token<Things[Key]> };

/**
 * A provider of a class that knows nothing of Nest.
 * @param tokens what its constructor takes: one token a parameter, or one token a field where it takes an object of options
 */
export function provide<Parameters extends unknown[], Instance>(
  type: new (...parameters: Parameters) => Instance,
  tokens: Tokens<Parameters>,
): FactoryProvider<Instance>;
export function provide<Options extends object, Instance>(
  type: new (options: Options) => Instance,
  tokens: Tokens<Options>,
): FactoryProvider<Instance>;
export function provide<Instance>(
  type: new (...parameters: never[]) => Instance,
  tokens: object,
): FactoryProvider<Instance> {
  const construct = type as new (...parameters: unknown[]) => Instance;
  const inject = Object.values(tokens) as symbol[];
  if (Array.isArray(tokens))
    return { provide: type, inject, useFactory: (...things: unknown[]) => new construct(...things) };
  const names = Object.keys(tokens);
  return {
    provide: type,
    inject,
    useFactory: (...things: unknown[]) =>
      new construct(Object.fromEntries(names.map((name, nth) => [name, things[nth]]))),
  };
}

/**
 * A provider of something that is made of settings.
 * @throws SettingsError when the application starts with settings that are missing or wrong
 */
export function provideFrom<Schema extends z.ZodObject, Thing>(
  schema: Schema,
  token: Token<Thing>,
  make: (settings: z.output<Schema>) => Thing | Promise<Thing>,
): FactoryProvider<Thing> {
  return {
    provide: token,
    inject: [contextToken],
    useFactory: ({ environment }: { environment: Environment }) => make(readSettings(schema, environment)),
  };
}
