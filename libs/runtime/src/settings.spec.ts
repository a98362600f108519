import { describe, expect, it } from '@jest/globals';
import { commonSettings, readSettings, SettingsError } from './settings.js';

describe('readSettings', () => {
  it('fills in the defaults, and reads an empty variable as not set', () => {
    expect(readSettings(commonSettings, { PORT: '', OTHER: 'x' })).toEqual({
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      PORT: 0,
      JOBSTREAM_INSTANCE_TOKEN: '',
      ALLOWED_HOSTS: [],
      JOBSTREAM_NAMESPACE: '',
      JOBSTREAM_TOPIC_SIZE: 'standard',
      DRAIN_SECONDS: 25,
    });
  });

  it('accepts names of hosts without ports', () => {
    const read = (ALLOWED_HOSTS: string) => readSettings(commonSettings, { ALLOWED_HOSTS }).ALLOWED_HOSTS;
    expect(read('Jobs.example.com, .internal.example.com,')).toEqual([
      'jobs.example.com',
      '.internal.example.com',
    ]);
    for (const bad of ['jobs.example.com:3000', 'https://jobs.example.com', '*', '.', 'a b'])
      expect(() => read(bad)).toThrow(/ALLOWED_HOSTS is wrong: give names without ports/);
  });

  it('names every bad variable at once', () => {
    const read = () =>
      readSettings(commonSettings, { PORT: '70000', LOG_LEVEL: 'loud', JOBSTREAM_NAMESPACE: 'A B' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/LOG_LEVEL is wrong.*PORT is wrong.*JOBSTREAM_NAMESPACE is wrong/);
  });
});
