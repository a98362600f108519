import { runProcess } from '@jobstream/runtime';
import { createKeyByCommand } from './access/first-key.js';
import { startApi } from './api-process.js';

const [command, ...args] = process.argv.slice(2);
switch (command) {
  case undefined:
    await runProcess('api', startApi);
    break;
  case 'create-key':
    await createKeyByCommand(args, process.env).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
    break;
  default:
    process.stderr.write(`There is no command ${command}: there is create-key, and none to serve.\n`);
    process.exitCode = 2;
}
