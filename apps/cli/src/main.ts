import { endWithOutput } from './closed-output.js';
import { runProgram } from './program.js';

endWithOutput(process);
process.exitCode = await runProgram(process.argv.slice(2), process.env);
