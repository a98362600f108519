import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type ServiceProcess } from '@jobstream/testing';
import { findSources } from './bundle-sources.js';
import { summarize, type CpuProfile, type ModuleTime } from './self-time.js';

/** Where one process spent its time. */
export interface ProcessProfile {
  readonly process: string;
  readonly modules: readonly ModuleTime[];
}

/** Profiles services while they are measured. */
export class Profiler {
  /** What was found since it was last taken. */
  private found: ProcessProfile[] = [];

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** What a service needs in its environment to be profiled. */
  get environment(): Record<string, string> {
    return {
      NODE_OPTIONS: `--import=${new URL('preload.js', import.meta.url).href}`,
      JOBSTREAM_PROFILE: this.fileOf('PID'),
    };
  }

  async begin(processes: readonly ServiceProcess[]): Promise<void> {
    for (const process of processes) process.signal('SIGUSR2');
  }

  async end(processes: readonly ServiceProcess[]): Promise<void> {
    for (const process of processes) {
      const file = this.fileOf(String(process.pid));
      rmSync(file, { force: true });
      process.signal('SIGUSR2');
      await eventually(() => {
        if (!existsSync(file)) throw new Error(`${process.name} has not written its profile.`);
      });
      const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
      this.found.push({ process: process.name, modules: summarize(findSources(profile)) });
    }
  }

  take(): ProcessProfile[] {
    return this.found.splice(0);
  }

  private fileOf(pid: string): string {
    return join(this.folder, `${pid}.cpuprofile`);
  }
}
