import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { caughtMailSchema, type CaughtMail } from '@jobstream/contracts/rest';
import { readSettings, type Environment } from '@jobstream/runtime';
import { z } from 'zod';

/** Where the embedded stack's mail server keeps what it catches; not set anywhere else. */
const mailSettings = z.object({ CAUGHT_MAIL_DIR: z.string().optional() });

/** The mails that are caught, where mails are caught: one or none. */
export function caughtMails(environment: Environment): CaughtMails[] {
  const { CAUGHT_MAIL_DIR } = readSettings(mailSettings, environment);
  return CAUGHT_MAIL_DIR === undefined ? [] : [new CaughtMails(CAUGHT_MAIL_DIR)];
}

/** Mails shown at once: the newest. */
const mostShown = 100;

/** The mails that the embedded stack's mail server caught, as files in a folder. */
export class CaughtMails {
  constructor(private readonly folder: string) {}

  /** The newest first. A file that goes away meanwhile, or is none of ours, is left out. */
  async list(): Promise<CaughtMail[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const newest = names.sort().reverse().slice(0, mostShown);
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
