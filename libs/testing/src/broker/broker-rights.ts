import { readFile } from 'node:fs/promises';
import kafkajs, { type AclEntry } from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } =
  kafkajs;

const operations: Readonly<Record<string, number>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Delete: AclOperationTypes.DELETE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

/**
 * Gives Kafka's users the rights of docs/roles/kafka-acls.txt, for one namespace.
 * @param brokers where the caller may give rights
 */
export async function giveBrokerRights(brokers: string, namespace: string): Promise<void> {
  const file = new URL('../../../../docs/roles/kafka-acls.txt', import.meta.url);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('--'));
  const acl = lines.flatMap((line) => readRights(line, namespace));
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    if (!(await admin.createAcls({ acl }))) throw new Error('The broker took no rights.');
  } finally {
    await admin.disconnect();
  }
}

/** A line of options of `kafka-acls.sh`: each principal gets each operation on each resource. @throws for an option it does not know */
function readRights(line: string, namespace: string): AclEntry[] {
  const given = new Map<string, string[]>();
  for (const [, option, value] of line.matchAll(/--(\S+) (\S+)/g))
    given.set(option!, [...(given.get(option!) ?? []), value!]);
  const take = (option: string) => {
    const values = given.get(option) ?? [];
    given.delete(option);
    return values;
  };
  const [principals, wanted, pattern] = [
    take('allow-principal'),
    take('operation'),
    take('resource-pattern-type'),
  ];
  const resources = [
    ...take('topic').map((name) => [AclResourceTypes.TOPIC, name] as const),
    ...take('group').map((name) => [AclResourceTypes.GROUP, name] as const),
  ];
  if (given.size > 0) throw new Error(`What does --${[...given.keys()].join(', --')} say in "${line}"?`);
  return principals.flatMap((principal) =>
    wanted.flatMap((operation) =>
      resources.map(([resourceType, name]) => ({
        principal,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
        operation: operations[operation]!,
        resourceType,
        resourceName: `${namespace}.${name}`,
        resourcePatternType:
          pattern[0] === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      })),
    ),
  );
}
