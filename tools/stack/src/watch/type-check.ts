import { fork, type ChildProcess } from 'node:child_process';
import { builtFile } from '../built-file.js';

/**
 * Starts a process that checks the types of all that a tsconfig.json names, and again after each change. It sends a `TypeReport`
 * each time, and ends with us.
 * @param memoryFile where it remembers between starts what need not be checked again
 */
export function startTypeCheck(configFile: string, memoryFile: string): ChildProcess {
  return fork(builtFile('watch/type-check-process.js'), [configFile, memoryFile], {
    execArgv: [],
    stdio: 'ignore',
  });
}
