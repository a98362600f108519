import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A run that a replay makes. Its key is what keeps any two replays from making it twice. */
@Entity('replay_jobs')
@Index('replay_jobs_replay', ['replayId', 'jobId', 'run'])
@Index('replay_jobs_reserved', ['replayId'], { where: "state = 'reserved'" })
export class ReplayJobEntity {
  @PrimaryColumn({ name: 'job_id', type: 'uuid' })
  jobId!: string;

  @PrimaryColumn({ type: 'integer' })
  run!: number;

  @Column({ name: 'replay_id', type: 'uuid' })
  replayId!: string;

  /** `reserved`: its request may or may not be in the log; `replayed`: it is; `refused`: the broker does not take it. */
  @Column({ type: 'text' })
  state!: string;

  /** JSON text of the request to produce, as long as it is reserved. */
  @Column({ type: 'text', nullable: true })
  request!: string | null;

  /** Why it was refused. */
  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  @Column({ name: 'replayed_at', type: 'timestamptz', precision: 3, nullable: true })
  replayedAt!: Date | null;
}
