// Checks the types of all that a tsconfig.json names, again after each change, and tells its parent what is wrong. It ends with
// its parent. Arguments: the tsconfig.json, and the file in which it remembers what it has checked.
import { constants, setPriority } from 'node:os';
import { dirname, relative } from 'node:path';
import ts from 'typescript';
import type { TypeFault, TypeReport } from './type-faults.js';

const [configFile, memoryFile] = process.argv.slice(2) as [string, string];

// The platform and the editor come first.
setPriority(constants.priority.PRIORITY_LOW);
process.on('disconnect', () => process.exit());

/** What of a message is the news: its headline, and the innermost reason where it has a chain of them. */
function condense(message: string | ts.DiagnosticMessageChain): string {
  if (typeof message === 'string') return message;
  let inner = message;
  while (inner.next?.[0]) inner = inner.next[0];
  return inner === message ? message.messageText : `${message.messageText} ${inner.messageText}`;
}

function faultOf({ file, start = 0, code, messageText }: ts.Diagnostic): TypeFault {
  const message = `${condense(messageText).replaceAll(/\s*\n\s*/g, ' ')} (TS${code})`;
  if (!file) return { file: 'tsconfig.json', line: 1, column: 1, message };
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return {
    file: relative(dirname(configFile), file.fileName),
    line: line + 1,
    column: character + 1,
    message,
  };
}

const host = ts.createWatchCompilerHost(
  configFile,
  { incremental: true, tsBuildInfoFile: memoryFile },
  ts.sys,
  ts.createEmitAndSemanticDiagnosticsBuilderProgram,
  () => undefined,
  () => undefined,
  { excludeDirectories: ['**/node_modules', '**/dist'] },
);

host.afterProgramCreate = (builder) => {
  const diagnostics = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ];
  // With noEmit it writes no more than what it remembers.
  try {
    builder.emit();
  } catch {
    // What can't be remembered is checked again by the next process.
  }
  process.send?.({ faults: diagnostics.map(faultOf) } satisfies TypeReport);
};

ts.createWatchProgram(host);
