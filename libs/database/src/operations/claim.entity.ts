import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who may run a job's attempt, and how the last one ended. One row a job. */
@Entity('claims')
@Index('claims_changed_at', ['changedAt'])
export class ClaimEntity {
  /** The job's. */
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'integer' })
  run!: number;

  @Column({ type: 'integer' })
  attempt!: number;

  /** Whether later attempts of the run come by the same record: the job has an ordering key. */
  @Column({ name: 'in_place', type: 'boolean' })
  inPlace!: boolean;

  /** `running` under a lease; `free`: given back before it started; `retrying` or `ended`: the attempt, or the run, has an outcome. */
  @Column({ type: 'text' })
  state!: string;

  /** Who took it last: the worker process and a number of its own. */
  @Column({ type: 'text' })
  owner!: string;

  /** Counts the takings: what an owner writes is void once another has taken it. */
  @Column({ type: 'bigint' })
  fence!: number;

  /** By Postgres' clock. */
  @Column({ name: 'leased_until', type: 'timestamptz' })
  leasedUntil!: Date;

  /** Owners whose lease ran out in this attempt. */
  @Column({ type: 'integer' })
  deaths!: number;

  /** JSON text of what follows from the attempt; null until it has ended. */
  @Column({ type: 'text', nullable: true })
  outcome!: string | null;

  /** When it was last taken, given back or ended. */
  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date;
}
