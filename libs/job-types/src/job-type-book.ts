import {
  describeJobType,
  type JobDefinition,
  type JobRules,
  type QueueDefinition,
} from '@jobstream/contracts';
import { publishJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import { PayloadCheck, type CheckedPayload } from './schema/payload-check.js';

/** A published job type, and the check of its payloads. */
export class KnownJobType {
  private readonly payloadCheck: PayloadCheck;

  constructor(
    readonly record: JobTypeRecord,
    /** The offset of its record: a later publication has a larger one. */
    readonly version: number,
  ) {
    this.payloadCheck = new PayloadCheck(record.payload);
  }

  /** The definition, as it was published. */
  get rules(): JobRules {
    return this.record;
  }

  /**
   * Checks a payload and fills its defaults in, into a copy.
   * @param at the JSON Pointer of the payload in what was sent
   */
  check(payload: unknown, at = ''): CheckedPayload {
    return this.payloadCheck.check(payload, at);
  }
}

/** The job types in force: of each name the newest publication, unless it was taken back. */
export class JobTypeBook {
  private readonly types = new Map<string, KnownJobType>();
  private byQueue: ReadonlyMap<string, QueueDefinition> | undefined;
  private changes = 0;

  /**
   * Whether the types were read to the end of their topic once. Until then a type that is not found may be there all the same.
   */
  isKnown = false;
  /** Called after each change, and once everything was read. */
  onChange: (() => void) | undefined;

  /** The types of definitions at hand, for a process that submits no others. */
  static of(definitions: readonly JobDefinition[], owner = 'unpublished'): JobTypeBook {
    const book = new JobTypeBook();
    book.learn(definitions, owner);
    return book;
  }

  /** Takes definitions at hand for published ones, and for all there are. */
  learn(definitions: readonly JobDefinition[], owner: string): void {
    for (const [version, definition] of definitions.entries()) {
      const record = publishJobType(describeJobType(definition), owner, new Date(0).toISOString());
      this.apply(definition.type, record, version);
    }
    this.isKnown = true;
  }

  /** Rises with each change, so that what follows from the book can be kept until then. */
  get revision(): number {
    return this.changes;
  }

  /** @param version the offset of the record */
  apply(type: string, record: JobTypeRecord | null, version: number): void {
    if (record === null) this.types.delete(type);
    else this.types.set(type, new KnownJobType(record, version));
    this.byQueue = undefined;
    this.changes += 1;
    this.onChange?.();
  }

  /** Undefined for a type that nobody has published, or that was taken back. */
  find(type: string): KnownJobType | undefined {
    return this.types.get(type);
  }

  /** Every type, by name. */
  all(): KnownJobType[] {
    return [...this.types.values()].sort((one, other) => (one.record.type < other.record.type ? -1 : 1));
  }

  /** The definition of every type, in no particular order. */
  rules(): JobRules[] {
    return [...this.types.values()].map(({ record }) => record);
  }

  /** Names of every type, in no particular order. */
  names(): string[] {
    return [...this.types.keys()];
  }

  /** The queues of the types, by name. Where two types of one queue define it in two ways, the newer one counts. */
  get queues(): ReadonlyMap<string, QueueDefinition> {
    this.byQueue ??= new Map(
      [...this.types.values()]
        .sort((one, other) => one.version - other.version)
        .map(({ record }) => [record.queue.name, record.queue]),
    );
    return this.byQueue;
  }

  /** The types that two owners serve at the same time. */
  contested(): KnownJobType[] {
    return this.all().filter(({ record }) => record.rivals.length > 0);
  }
}
