import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guard, startS3Server, type S3Server } from '@jobstream/stack';

/** An S3-speaking server of one test's own. */
export class OwnS3 {
  private constructor(
    private readonly guard: Guard,
    private readonly server: S3Server,
  ) {}

  static async start(): Promise<OwnS3> {
    const guard = Guard.start();
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'jobstream-s3-'));
    guard.removeAtEnd(folder);
    try {
      const server = await startS3Server({ guard, folder: join(folder, 'objects'), logFolder: folder });
      return new OwnS3(guard, server);
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  get endpoint(): string {
    return this.server.endpoint;
  }

  /** The environment of services that keep their objects there, below this prefix. */
  environment(prefix: string): Record<string, string> {
    return {
      STORAGE_URL: `s3://${this.server.bucket}/${prefix}`,
      AWS_ENDPOINT_URL: this.server.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'anybody',
      AWS_SECRET_ACCESS_KEY: 'anything',
    };
  }

  async stop(): Promise<void> {
    await this.guard.end();
  }
}
