import { existsSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build, type BuildFailure } from 'esbuild';
import { explainFileError } from '../file-errors.js';
import { UsageError } from '../usage-error.js';
import { ChangedFiles } from '../watch/changed-files.js';

/** Where a worker is looked for, the likeliest first. */
const usualFiles = ['src/worker.ts', 'src/worker.js', 'worker.ts', 'worker.js', 'src/main.ts', 'src/main.js'];

/**
 * The file that a worker begins with.
 * @param given by the person, from the folder; undefined to look in the usual places
 * @throws UsageError when there is none
 */
export function findWorkerFile(folder: string, given: string | undefined): string {
  const found = (given === undefined ? usualFiles : [given]).find((file) =>
    existsSync(resolve(folder, file)),
  );
  if (found !== undefined) return resolve(folder, found);
  throw new UsageError(
    given === undefined
      ? `There is no worker in ${folder}: none of ${usualFiles.join(', ')}. ` +
          'Name it with --worker <file>, or write a first one with: npx jobstream init my-jobs'
      : `There is no file ${given} in ${folder}.`,
  );
}

const codeForm = /\.([cm]?[jt]sx?|json)$/;

/** The files of a worker: its first one and what that imports, but packages. */
export class WorkerSources {
  private readonly changes = new ChangedFiles();
  private readonly watchers = new Map<string, FSWatcher>();
  private files: ReadonlySet<string>;
  private isSound = true;

  /**
   * @param entry the file that it begins with
   * @param folder the project's
   * @param say is told when changes are not seen any more
   */
  constructor(
    private readonly entry: string,
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {
    this.files = new Set([entry]);
    this.watchFolders([entry]);
  }

  /** Reads all files. @returns what is wrong with their syntax or imports, each as `file:line:column message`; empty when they can run */
  async check(): Promise<string[]> {
    try {
      const { metafile } = await build({
        entryPoints: [this.entry],
        absWorkingDir: this.folder,
        bundle: true,
        write: false,
        metafile: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        target: 'node20',
        logLevel: 'silent',
      });
      this.files = new Set(Object.keys(metafile.inputs).map((file) => resolve(this.folder, file)));
      this.isSound = true;
      this.watchFolders(this.files);
      return [];
    } catch (error) {
      const { errors } = error as Partial<BuildFailure>;
      if (errors === undefined) throw error;
      this.isSound = false;
      this.watchFolders(
        errors.flatMap(({ location }) => (location ? [resolve(this.folder, location.file)] : [])),
      );
      return errors.map(({ text, location }) =>
        location ? `${location.file}:${location.line}:${location.column + 1} ${text}` : text,
      );
    }
  }

  /** Waits for a change. @returns the files that have changed, as seen from the project's folder */
  async changed(): Promise<string[]> {
    return (await this.changes.settled()).map((file) => relative(this.folder, file));
  }

  private watchFolders(files: Iterable<string>): void {
    for (const folder of new Set([...files].map((file) => dirname(file)))) {
      if (this.watchers.has(folder)) continue;
      const giveUp = (error: unknown) =>
        this.say(`changes in ${folder} are not seen: ${explainFileError(error)}`);
      try {
        const watcher = watch(folder, { persistent: false }, (_, name) => {
          if (name && this.isOurs(join(folder, name))) this.changes.add(join(folder, name));
        });
        watcher.on('error', giveUp);
        this.watchers.set(folder, watcher);
      } catch (error) {
        giveUp(error);
      }
    }
  }

  /** While an import leads nowhere, any new file may be what it means. */
  private isOurs(file: string): boolean {
    return this.files.has(file) || (!this.isSound && codeForm.test(file));
  }
}
