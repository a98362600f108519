// What keeps sources from being built, a line each: apps/api/src/main.ts:7:19 Expression expected. The arguments are files of the
// repository, read by the compiler that builds them. Exit code 1 when there is something to tell, 0 when there is nothing.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

/** swc draws each error: its message, then `,-[file:line:1]`, some lines of the file, and a mark below the place. */
const errorForm =
  /^ *[x×] (.+(?:\n(?! *(?:,-|╭─)\[).*)*)\n *(?:,-|╭─)\[.*:(\d+):(\d+)\]\n((?:.*\n)*?) *(?:`-|╰─)/gm;

async function findErrors(file) {
  try {
    await transformFile(file, { configFile: '.swcrc', sourceMaps: false });
    return [];
  } catch (error) {
    // Removed meanwhile.
    if (!existsSync(file)) return [];
    const text = error.message.replaceAll(/\x1b\[[\d;]*m/g, '');
    const errors = [...text.matchAll(errorForm)].map(
      ([, message, line, column, drawn]) =>
        `${file}:${line}:${findColumn(drawn) ?? column} ${message.replaceAll(/\s*\n[ |│]*/g, ' ')}`,
    );
    return errors.length > 0 ? errors : [`${file}: ${text.split('\n')[0]}`];
  }
}

/** Of the mark below the place; where it is missing, swc has told the column. */
function findColumn(drawn) {
  const [, gutter, before] = /^( *[:·] )( *)[\^─┬]/m.exec(drawn) ?? [];
  return gutter && before.length + 1;
}

const errors = (await Promise.all(process.argv.slice(2).map(findErrors))).flat();
for (const error of errors) console.log(error);
process.exitCode = errors.length > 0 ? 1 : 0;
