import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who listens on a port, as `node (pid 4711)`; undefined where the system has no tool that says so. */
export async function findPortOwner(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      timeout: 5_000,
    });
    const pid = /^p(\d+)/m.exec(stdout)?.[1];
    const name = /^c(.+)/m.exec(stdout)?.[1];
    if (pid && name) return `${name} (pid ${pid})`;
  } catch {
    // Not installed, or nothing that we may see: the next tool may know.
  }
  try {
    const { stdout } = await run('ss', ['-ltnpH', `sport = :${port}`], { timeout: 5_000 });
    const [, name, pid] = /\(\("([^"]+)",pid=(\d+)/.exec(stdout) ?? [];
    if (pid && name) return `${name} (pid ${pid})`;
  } catch {
    // As above.
  }
  return undefined;
}
