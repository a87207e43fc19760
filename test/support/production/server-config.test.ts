import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../root';
import { DYNAMIC_CONFIG, portsFor, PORTS_NEEDED, serverConfig } from './server-config';

const SQL = { host: '127.0.0.1', port: 20_001, user: 'temporal', password: 'a: "secret" #1' };
const PORTS = portsFor(Array.from({ length: PORTS_NEEDED }, (_, index) => 20_100 + index));

test('the configuration of the server: both stores on PostgreSQL, every service on ports of its own, nothing but loopback', () => {
  const text = serverConfig(SQL, PORTS, '/tmp/x/dynamic-config.yaml');
  const config = parse(text) as {
    persistence: { datastores: Record<string, { sql: Record<string, unknown> }> };
    services: Record<string, { rpc: { grpcPort: number; membershipPort: number; bindOnLocalHost: boolean } }>;
  };
  expect(config).toMatchObject({
    persistence: { defaultStore: 'main', visibilityStore: 'visibility', numHistoryShards: 4 },
    global: { membership: { broadcastAddress: '127.0.0.1' } },
    clusterMetadata: { clusterInformation: { active: { rpcAddress: '127.0.0.1:20100' } } },
    dynamicConfigClient: { filepath: '/tmp/x/dynamic-config.yaml' },
  });
  const { main, visibility } = config.persistence.datastores;
  const connection = {
    ...{ pluginName: 'postgres12', connectAddr: '127.0.0.1:20001' },
    ...{ user: 'temporal', password: 'a: "secret" #1' },
  };
  expect(main?.sql).toMatchObject({ ...connection, databaseName: 'temporal' });
  expect(visibility?.sql).toMatchObject({ ...connection, databaseName: 'temporal_visibility' });
  const rpcs = Object.values(config.services).map(({ rpc }) => rpc);
  expect(Object.keys(config.services)).toEqual(['frontend', 'history', 'matching', 'worker']);
  expect(rpcs.every(({ bindOnLocalHost }) => bindOnLocalHost)).toBe(true);
  expect(new Set(rpcs.flatMap(({ grpcPort, membershipPort }) => [grpcPort, membershipPort])).size).toBe(8);
});

test('ids are as long as a column of PostgreSQL takes, as in what docker-compose.yml gives to the server', () => {
  expect(parse(DYNAMIC_CONFIG)).toEqual({ 'limit.maxIDLength': [{ value: 255 }] });
  const given = join(ROOT, 'examples', 'compose', 'temporal-dynamic-config.yml');
  expect(parse(readFileSync(given, 'utf8'))).toEqual(parse(DYNAMIC_CONFIG));
});

test('too few ports are refused', () => {
  expect(() => portsFor([1, 2, 3])).toThrow(/8 ports/);
});
