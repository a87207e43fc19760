import { stringify } from 'yaml';

const IP = '127.0.0.1';
/** Names of the two databases that Temporal keeps in PostgreSQL. */
export const DATABASES = { main: 'temporal', visibility: 'temporal_visibility' } as const;
/** Temporal's driver for PostgreSQL 12 and later. */
export const SQL_PLUGIN = 'postgres12';
const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;

/** Ports of one of the server's four services. */
export interface ServicePorts {
  readonly grpc: number;
  readonly membership: number;
}

/** Where PostgreSQL is, and who we are there. */
export interface SqlEndpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** The services of one server process, in the order of {@link portsNeeded}. */
export type ServerPorts = Readonly<Record<(typeof SERVICES)[number], ServicePorts>>;

/** So many free ports does a server need. */
export const PORTS_NEEDED = SERVICES.length * 2;

/** Gives out ports to the services. */
export function portsFor(free: readonly number[]): ServerPorts {
  const of = (index: number): ServicePorts => {
    const [grpc, membership] = free.slice(index * 2, index * 2 + 2);
    if (grpc === undefined || membership === undefined) throw new Error(`${PORTS_NEEDED} ports are needed`);
    return { grpc, membership };
  };
  return { frontend: of(0), history: of(1), matching: of(2), worker: of(3) };
}

/** The server's configuration: all four services in one process, on loopback, on PostgreSQL. It holds the password. */
export function serverConfig(sql: SqlEndpoint, ports: ServerPorts, dynamicConfigFile: string): string {
  const store = (databaseName: string, connections: number): object => ({
    sql: {
      pluginName: SQL_PLUGIN,
      databaseName,
      connectAddr: `${sql.host}:${sql.port}`,
      connectProtocol: 'tcp',
      user: sql.user,
      password: sql.password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { main: store(DATABASES.main, 20), visibility: store(DATABASES.visibility, 5) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: IP } },
    services: Object.fromEntries(
      SERVICES.map((service) => [
        service,
        { rpc: { grpcPort: ports[service].grpc, membershipPort: ports[service].membership, bindOnLocalHost: true } },
      ]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${IP}:${ports.frontend.grpc}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    namespaceDefaults: { archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } } },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '10s' },
  });
}

/** As `examples/compose/temporal-dynamic-config.yml` has it: a column of PostgreSQL takes 255 characters of an id. */
export const DYNAMIC_CONFIG = stringify({ 'limit.maxIDLength': [{ value: 255 }] });
