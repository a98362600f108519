import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, makeFirstApiKey, Platform, ServiceProcess } from '@jobstream/testing';

describe('without a key the API listens on no address that others can reach', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: {}, environment: { HOST: '0.0.0.0' } });
  });
  afterAll(() => platform?.stop());

  it('it ends, saying how to make the first key; by that command it starts, closed to strangers', async () => {
    const refused = await ServiceProcess.launch('api', platform.environment());
    expect(await refused.ended).toMatchObject({ code: 1 });
    expect(refused.log.some(({ msg }) => msg === 'api listens')).toBe(false);
    const { msg } = await refused.logged(({ level }) => level === 'fatal');
    expect(msg).toMatch(/HOST=0\.0\.0\.0.*npm run api-key.*create-key --name first --scopes admin/);

    const key = await makeFirstApiKey(platform.environment());
    const api = await platform.launch('api');
    expect((await new ApiClient(api.url).get('/v1/jobs')).status).toBe(401);
    expect((await new ApiClient(api.url, key).get('/v1/schedules')).status).toBe(200);
    console.log('HOST=0.0.0.0: exit code 1 without a key, serving with one');
  });

  it('and can not be told to be open there', async () => {
    const api = await ServiceProcess.launch('api', {
      ...platform.environment(),
      API_KEYS_REQUIRED: 'false',
    });
    expect(await api.ended).toMatchObject({ code: 1 });
    expect((await api.logged(({ level }) => level === 'fatal')).msg).toMatch(/API_KEYS_REQUIRED=false/);
  });
});
