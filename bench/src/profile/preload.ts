// Loaded into a service before its own code (`node --import`): SIGUSR2 begins a CPU profile, the next one writes it.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
let running = false;

async function toggle(): Promise<void> {
  if (!running) {
    running = true;
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
    return;
  }
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  running = false;
  const file = process.env.JOBSTREAM_PROFILE!.replace('PID', String(process.pid));
  writeFileSync(`${file}.new`, JSON.stringify(profile));
  renameSync(`${file}.new`, file);
}

process.on('SIGUSR2', () => void toggle());
