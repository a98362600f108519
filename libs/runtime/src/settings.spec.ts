import { describe, expect, it } from '@jest/globals';
import { commonSettings, readSettings, SettingsError } from './settings.js';

describe('readSettings', () => {
  it('fills in the defaults, and takes an empty variable for one that is not set', () => {
    expect(readSettings(commonSettings, { PORT: '', OTHER: 'x' })).toEqual({
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      PORT: 0,
      INSTANCE_TOKEN: '',
      JOBSTREAM_NAMESPACE: '',
      JOBSTREAM_TOPIC_SIZE: 'standard',
      DRAIN_SECONDS: 25,
    });
  });

  it('names every bad variable at once', () => {
    const read = () =>
      readSettings(commonSettings, { PORT: '70000', LOG_LEVEL: 'loud', JOBSTREAM_NAMESPACE: 'A B' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/LOG_LEVEL is wrong.*PORT is wrong.*JOBSTREAM_NAMESPACE is wrong/);
  });
});
