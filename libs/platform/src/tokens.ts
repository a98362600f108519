import type { TopicPlan } from '@jobstream/contracts';
import type { DatabaseSettings } from '@jobstream/database';
import type { Logger, ProcessContext } from '@jobstream/runtime';

/** Names what is injected: by its class, or by a symbol where it has none or there are several. */
export type Token<Thing> = (abstract new (...parameters: never[]) => Thing) | NamedToken<Thing>;

/** A symbol that knows the type of what it names. */
export type NamedToken<Thing> = symbol & { readonly thing?: Thing };

/** A token for things that no class names. */
export function tokenOf<Thing>(name: string): NamedToken<Thing> {
  return Symbol(name);
}

/** The process that the application runs in. */
export const contextToken = tokenOf<ProcessContext>('ProcessContext');
/** The log of the process. */
export const loggerToken = tokenOf<Logger>('Logger');
/** Where Postgres is, and the names of the schemas. */
export const databaseSettingsToken = tokenOf<DatabaseSettings>('DatabaseSettings');
/** The topics that are there without any job type, as they have to be. */
export const topicPlanToken = tokenOf<readonly TopicPlan[]>('TopicPlan');
