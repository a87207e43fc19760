import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { waitUntilServing } from '../../worker/temporal-server/wait-until-serving';
import type { PostgresPrograms } from './production/find-postgres';
import type { ServerBinaries } from './production/find-server';
import { lastingPorts } from './production/lasting-ports';
import { PostgresCluster } from './production/postgres-cluster';
import { DYNAMIC_CONFIG, portsFor, PORTS_NEEDED, serverConfig } from './production/server-config';
import type { ServerPorts } from './production/server-config';
import { ServerProcess } from './production/server-process';
import { makeSchema } from './production/sql-schema';
import { registerNamespace } from './register-namespace';
import type { StackTemporal } from './stack-temporal';

const IP = '127.0.0.1';
/** Every server has it from the start. */
const SYSTEM_NAMESPACE = 'temporal-system';
const START_LIMIT_MILLIS = 120_000;

/** What the engine is made of; {@link findServer} and {@link preparePostgres} find it. */
export interface ProductionTools {
  readonly binaries: ServerBinaries;
  readonly postgres: PostgresPrograms;
}

/**
 * Temporal as in production: the server itself on PostgreSQL, both processes of their own that can be killed with -9 and started again
 * on what they left.
 */
export class ProductionTemporal implements StackTemporal {
  readonly namespace = 'default';
  #server: ServerProcess | null = null;

  private constructor(
    private readonly tools: ProductionTools,
    private readonly folder: string,
    readonly postgres: PostgresCluster,
    private readonly ports: ServerPorts,
  ) {}

  /**
   * Makes a cluster, the schema and the namespace, and starts everything.
   *
   * @param folder is made, and stays: its logs are in it
   */
  static async start(
    tools: ProductionTools,
    folder: string,
    onStep: (line: string) => void,
  ): Promise<ProductionTemporal> {
    // PostgreSQL's account has to pass through it.
    mkdirSync(folder, { mode: 0o711 });
    const [sqlPort = 0, ...free] = await lastingPorts(IP, PORTS_NEEDED + 1);
    const postgres = await PostgresCluster.start(tools.postgres, join(folder, 'postgres'), sqlPort);
    const engine = new ProductionTemporal(tools, folder, postgres, portsFor(free));
    try {
      onStep(`PostgreSQL: process ${postgres.pid} on ${IP}:${postgres.port}; ${await postgres.assertDurable()}`);
      await makeSchema(tools.binaries.sqlTool, postgres, onStep);
      engine.#writeConfig();
      await engine.#startServer(SYSTEM_NAMESPACE);
      await engine.#registerNamespace(onStep);
      onStep(`Temporal: process ${engine.pid} on ${engine.address}, namespace ${engine.namespace}`);
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  get address(): string {
    return `${IP}:${this.ports.frontend.grpc}`;
  }

  get pid(): number {
    return this.#running.pid;
  }

  get logFile(): string {
    return join(this.folder, 'temporal.log');
  }

  get #running(): ServerProcess {
    if (this.#server === null) throw new Error('Temporal was not started');
    return this.#server;
  }

  async kill(): Promise<void> {
    await this.#running.kill();
  }

  async restart(): Promise<void> {
    await this.#startServer(this.namespace);
  }

  /** Kills PostgreSQL with -9. @returns how many processes went with it */
  killPostgres(): Promise<number> {
    return this.postgres.kill();
  }

  /** Starts PostgreSQL again on the same files; resolves when its recovery is over. */
  restartPostgres(): Promise<void> {
    return this.postgres.startServer();
  }

  /** Waits until Temporal answers, whatever it has been through. */
  async untilServing(limitMillis = START_LIMIT_MILLIS): Promise<void> {
    const server = this.#running;
    const trouble = await waitUntilServing(this.address, this.namespace, limitMillis, () => server.end ?? undefined);
    if (trouble !== undefined)
      throw new Error(`Temporal does not serve: ${trouble}. Its log ends:\n${server.logTail()}`);
  }

  async close(): Promise<void> {
    await this.#server?.stop('SIGTERM');
    await this.postgres.stop();
  }

  #writeConfig(): void {
    const { host, port, user, password } = this.postgres;
    const dynamic = join(this.folder, 'dynamic-config.yaml');
    writeFileSync(dynamic, DYNAMIC_CONFIG);
    // It holds the password.
    const text = serverConfig({ host, port, user, password }, this.ports, dynamic);
    writeFileSync(join(this.folder, 'drover.yaml'), text, { mode: 0o600 });
  }

  async #startServer(namespace: string): Promise<void> {
    const server = new ServerProcess(
      'Temporal',
      this.tools.binaries.server,
      ['--root', this.folder, '--config', '.', '--env', 'drover', '--allow-no-auth', 'start'],
      { env: { PATH: process.env.PATH, HOME: this.folder }, cwd: this.folder, logFile: this.logFile },
    );
    this.#server = server;
    const trouble = await waitUntilServing(this.address, namespace, START_LIMIT_MILLIS, () => server.end ?? undefined);
    if (trouble === undefined) return;
    await server.stop();
    throw new Error(`Temporal's server did not come up: ${trouble}. Its log ends:\n${server.logTail()}`);
  }

  async #registerNamespace(onStep: (line: string) => void): Promise<void> {
    const connection = await Connection.connect({ address: this.address });
    try {
      await registerNamespace(connection, this.namespace);
      await ensureSearchAttributes(connection, this.namespace, { onStep });
    } finally {
      await connection.close();
    }
  }
}
