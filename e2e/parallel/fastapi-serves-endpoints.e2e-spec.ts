import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newSigningSecret, signatureHeaders } from '@jobstream/contracts/signatures';
import { freePort, Platform, Python, PythonServer, whyNoPython } from '@jobstream/testing';
import { imageSize } from 'image-size';
import { startMailServer, type MailServer } from '../mail-server.js';
import { photograph } from '../photograph.js';

const folder = fileURLToPath(new URL('../../examples/fastapi/', import.meta.url));
const example = (file: string) => join(folder, file);

/** As `register.py` keeps them: those of each job type. */
type Secrets = Readonly<Record<string, readonly string[]>>;

interface Submitted {
  readonly id: string;
  readonly state: string;
  readonly result: Record<string, unknown> | null;
}

const why = whyNoPython();
(why === undefined ? describe : describe.skip)(
  `a FastAPI app as the endpoints of three job types${why ? `: skipped, ${why}` : ''}`,
  () => {
    let files: string;
    let secretsFile: string;
    let mailServer: MailServer;
    let platform: Platform;
    let python: Python;
    let app: PythonServer;
    let environment: NodeJS.ProcessEnv;

    beforeAll(async () => {
      const port = await freePort();
      [files, mailServer, python, platform] = await Promise.all([
        mkdtemp(join(tmpdir(), 'jobstream-fastapi-')),
        startMailServer(),
        Python.provide(example('requirements.txt')),
        Platform.start({
          services: { api: 1, projector: 1, 'http-worker': 1 },
          environment: { ENDPOINT_ALLOW: `127.0.0.1:${port}` },
        }),
      ]);
      secretsFile = join(files, 'secrets.json');
      environment = {
        ...python.environment(folder),
        JOBSTREAM_URL: platform.api.url,
        APP_URL: `http://127.0.0.1:${port}`,
        SMTP_PORT: new URL(mailServer.url).port,
        FILES_DIR: files,
        SECRETS_FILE: secretsFile,
      };
      await python.run([example('register.py')], { env: environment });
      app = new PythonServer(['-m', 'uvicorn', 'app:app', '--port', String(port)], {
        env: environment,
        port,
      });
      await app.start();
    });
    afterAll(async () => {
      await platform?.stop();
      await app?.stop();
      await mailServer?.stop();
      if (files) await rm(files, { recursive: true, force: true });
    });

    const submitMail = async () => {
      const { body } = await platform.api.submit('signup.mail', { email: 'ada@example.com', name: 'Ada' });
      return (await platform.api.get(`/v1/jobs/${body.id as string}?wait=30s`)).body;
    };
    const restartWith = async (secrets: Secrets) => {
      await writeFile(secretsFile, JSON.stringify(secrets));
      await app.stop();
      await app.start();
    };

    it('sends the mail of a sign-up, makes a thumbnail and a report, for its own client', async () => {
      await writeFile(join(files, 'photograph.jpg'), photograph);
      const args = [example('submit.py'), 'ada@example.com', 'Ada', 'photograph.jpg'];
      const { stdout } = await python.run(args, { env: environment });
      const [mail, picture, report] = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Submitted);
      expect([mail, picture, report]).toMatchObject([
        { type: 'signup.mail', state: 'succeeded', attempt: 1 },
        { type: 'picture.thumbnail', state: 'succeeded', result: { width: 120, height: 90 } },
        { type: 'sales.report', state: 'succeeded', result: { pages: 1 } },
      ]);
      expect(mailServer.mails).toMatchObject([
        { subject: 'Welcome, Ada', messageId: `<${mail!.id}@example.com>` },
      ]);
      const made = (job?: Submitted) => join(files, job!.result!.file as string);
      expect(imageSize(await readFile(made(picture)))).toMatchObject({ type: 'jpg', width: 120, height: 90 });
      expect((await readFile(made(report))).subarray(0, 5).toString()).toBe('%PDF-');
    });

    it('ends a job that no retry can help as a dead letter', async () => {
      const { body } = await platform.api.submit('picture.thumbnail', { picture: 'nowhere.png' });
      const { body: job } = await platform.api.get(`/v1/jobs/${body.id as string}?wait=30s`);
      expect(job).toMatchObject({ state: 'dead_lettered', attempt: 1, error: { code: 'http_404' } });
    });

    it('refuses bodies that were changed, timestamps that are old, and requests that are not signed', async () => {
      const secrets = JSON.parse(await readFile(secretsFile, 'utf8')) as Secrets;
      const payload = { email: 'eve@example.com', name: 'Eve' };
      const body = JSON.stringify({ id: 'job', attempt: 1, payload });
      const sign = (sentAtS: number, by = 'signup.mail') =>
        signatureHeaders({ id: 'job_1', sentAtS, body }, secrets[by]!);
      const now = Math.floor(Date.now() / 1_000);
      const post = async (headers: Record<string, string>, sent = body) => {
        const url = `${environment.APP_URL}/jobs/signup-mail`;
        return (await fetch(url, { method: 'POST', headers, body: sent })).status;
      };
      const mailsBefore = mailServer.mails.length;
      expect(await post(sign(now), body.replace('eve@', 'bob@'))).toBe(401);
      expect(await post({ ...sign(now), 'webhook-id': 'job_2' })).toBe(401);
      expect(await post(sign(now - 301))).toBe(401);
      expect(await post(sign(now + 310))).toBe(401);
      expect(await post({ ...sign(now), 'webhook-timestamp': 'now' })).toBe(401);
      expect(await post(sign(now, 'sales.report'))).toBe(401);
      expect(await post({})).toBe(401);
      expect(await post({}, 'x'.repeat(1_100_000))).toBe(413);
      expect(mailServer.mails).toHaveLength(mailsBefore);
      expect(await post(sign(now))).toBe(200);
      expect(mailServer.mails).toHaveLength(mailsBefore + 1);
    });

    it('refuses a wrong secret, so that the job is not retried', async () => {
      const before = await readFile(secretsFile);
      const mailsBefore = mailServer.mails.length;
      await restartWith({ 'signup.mail': [newSigningSecret()] });
      expect(await submitMail()).toMatchObject({
        state: 'dead_lettered',
        attempt: 1,
        error: { code: 'http_401', message: expect.stringContaining('another secret') },
      });
      expect(mailServer.mails).toHaveLength(mailsBefore);
      await restartWith(JSON.parse(before.toString()) as Secrets);
    });

    it('takes the old secret and the new one while it is rotated', async () => {
      const path = '/v1/job-types/signup.mail/secret';
      const { body } = await platform.api.post<{ secret: string }>(path, {});
      // One that runs would learn of it after some seconds.
      await platform.one('http-worker').stop();
      await platform.launch('http-worker');
      expect(await submitMail()).toMatchObject({ state: 'succeeded' });
      await restartWith({ 'signup.mail': [body.secret] });
      expect(await submitMail()).toMatchObject({ state: 'succeeded' });
    });
  },
);
