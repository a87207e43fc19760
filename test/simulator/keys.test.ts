import { startSimulator, type Simulator } from '../../simulator/simulator';
import { call, OWNER, smallWorld, WEB } from './rancher-api';

describe('keys of the simulated Rancher', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ speed: 40, seed: smallWorld() });
  });
  afterEach(() => simulator.close());

  const admin = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${simulator.url}/_simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const statusWith = async (secretKey: string): Promise<number> =>
    (await call(simulator.url, 'GET', WEB, { key: { ...OWNER, secretKey } })).status;

  it('are taken away and given back while it runs, and the listing shows no secret', async () => {
    expect(await statusWith(OWNER.secretKey)).toBe(200);
    expect(await admin('DELETE', `keys?accessKey=${OWNER.accessKey}`)).toEqual({ status: 200, body: {} });
    expect(await statusWith(OWNER.secretKey)).toBe(401);
    expect(await admin('GET', 'keys')).toEqual({ status: 200, body: ['reader'] });

    await admin('POST', 'keys', { ...OWNER, secretKey: 'another', role: 'owner' });
    expect([await statusWith(OWNER.secretKey), await statusWith('another')]).toEqual([401, 200]);
    await admin('POST', 'keys', { ...OWNER, role: 'owner', projects: [] });
    expect([await statusWith('another'), await statusWith(OWNER.secretKey)]).toEqual([401, 403]);
    expect(await admin('GET', 'keys')).toEqual({ status: 200, body: ['reader', 'owner'] });
  });

  it('that are not there cannot be taken away', async () => {
    expect(await admin('DELETE', 'keys?accessKey=nobody')).toMatchObject({ status: 400 });
    expect(await admin('DELETE', 'keys')).toMatchObject({ status: 400 });
  });
});
