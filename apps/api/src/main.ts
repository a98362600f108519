import { databaseSettingsFromEnv, migrate } from '@jobstream/database';
import { runProcess } from '@jobstream/runtime';
import { createKeyByCommand } from './access/first-key.js';
import { startApi } from './api-process.js';

/** Commands that run once, instead of serving. They need access to the database. */
const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  'create-key': (args) => createKeyByCommand(args, process.env),
  migrate: () => migrate(databaseSettingsFromEnv(process.env)),
};

const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  await runProcess('api', startApi);
} else if (Object.hasOwn(commands, name)) {
  await commands[name]!(args).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
} else {
  process.stderr.write(
    `Unknown command "${name}". Use ${Object.keys(commands).join(' or ')}, or no command to serve.\n`,
  );
  process.exitCode = 2;
}
