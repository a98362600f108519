import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaNode } from './kafka-settings.js';
import { openUserCache } from '../user-cache.js';

const checkpointName = 'bootstrap.checkpoint';

/**
 * What Kafka's format tool writes for a version, so that not each cluster of a test starts a Java for it: two files. The checkpoint
 * holds the versions of the cluster's features, the same in each cluster; `meta.properties` holds its ids.
 */
export class FormattedStorage {
  private readonly checkpoint: string;

  /** @param version of Kafka */
  constructor(version: string) {
    this.checkpoint = join(openUserCache(), `kafka-${version}.${checkpointName}`);
  }

  /** Formats the data folder of a node. @returns false where nothing was kept of this version yet */
  restore(node: KafkaNode, clusterId: string): boolean {
    if (!existsSync(this.checkpoint)) return false;
    mkdirSync(node.dataFolder, { recursive: true });
    copyFileSync(this.checkpoint, join(node.dataFolder, checkpointName));
    const ids = {
      'node.id': node.nodeId,
      'directory.id': randomBytes(16).toString('base64url'),
      version: 1,
      'cluster.id': clusterId,
    };
    const lines = Object.entries(ids).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(node.dataFolder, 'meta.properties'), lines.join(''));
    return true;
  }

  /** Keeps what the format tool wrote for a node. */
  keep(node: KafkaNode): void {
    const draft = `${this.checkpoint}.${randomBytes(6).toString('hex')}`;
    copyFileSync(join(node.dataFolder, checkpointName), draft);
    renameSync(draft, this.checkpoint);
  }
}
