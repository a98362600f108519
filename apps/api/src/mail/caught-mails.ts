import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { caughtMailSchema, type CaughtMail } from '@jobstream/contracts/rest';

/** Mails on the page; older ones are left out. */
const maxShown = 100;

/** The mails that the embedded stack's mail server caught, as files in a folder. */
export class CaughtMails {
  constructor(private readonly folder: string) {}

  /** The newest first. A file that is deleted meanwhile, or is not a caught mail, is left out. */
  async list(): Promise<CaughtMail[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const newest = names.sort().reverse().slice(0, maxShown);
    const mails = await Promise.all(newest.map((name) => readMail(join(this.folder, name))));
    return mails.filter((mail) => mail !== undefined);
  }
}

async function readMail(file: string): Promise<CaughtMail | undefined> {
  try {
    return caughtMailSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
