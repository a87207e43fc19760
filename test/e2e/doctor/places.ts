import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../../../simulator/simulator';
import { startSimulator } from '../../../simulator/simulator';
import type { WorldSeed } from '../../../simulator/world-seed';
import { freePort } from '../../../worker/temporal-server/ports';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { Certificates } from '../../hostile/certificates';
import { startServer, startTcp } from '../../rancher/local-server';
import type { LocalServer } from '../../rancher/local-server';
import { Stack } from '../../support/stack';
import { namespaceOfItsOwn } from '../../support/stack-temporal';

const KEYWORD = 2;
const INT = 3;
const MONTH_SECONDS = 30 * 86_400;
/** How far the clock of one of the simulated Ranchers is ahead. */
const AHEAD_MILLIS = 3_600_000;

/** What no output may hold. */
export const SECRETS = ['canary-access', 'canary-secret', 'canary-reader', 'canary-reading', 'canary-other'];

const SEED: WorldSeed = {
  keys: [
    { accessKey: 'canary-access', secretKey: 'canary-secret', role: 'owner' },
    { accessKey: 'canary-reader', secretKey: 'canary-reading', role: 'readonly' },
    { accessKey: 'canary-other', secretKey: 'canary-secret', role: 'member', projects: ['QA'] },
  ],
  projects: [
    {
      name: 'Production',
      id: '1a5',
      stacks: [
        {
          name: 'storefront',
          services: [
            { name: 'web', launchConfig: { imageUuid: 'docker:example/web:1', environment: { A: 'canary-value' } } },
          ],
        },
      ],
    },
    { name: 'QA', id: '1a6', stacks: [] },
  ],
};

/** A right set-up, and whatever else set-ups can lead to that are not. */
export class Places {
  private constructor(
    readonly folder: string,
    readonly stack: Stack,
    readonly skewed: Simulator,
    /** It serves no event stream. */
    readonly deaf: Simulator,
    readonly html: LocalServer,
    readonly tls: LocalServer,
    /** Takes connections, and never answers. */
    readonly mute: LocalServer,
    private readonly temporalOverTls: Http2SecureServer,
    readonly closedPort: number,
    readonly namespaces: Readonly<Record<'idle' | 'lacking' | 'otherwise', string>>,
  ) {}

  static async start(): Promise<Places> {
    const folder = mkdtempSync(join(tmpdir(), 'drover-doctor-'));
    const certificates = new Certificates(folder);
    const certificate = { key: certificates.text('server.key'), cert: certificates.text('good.pem') };
    const temporalOverTls = createSecureServer(certificate);
    temporalOverTls.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => temporalOverTls.listen(0, '127.0.0.1', resolve));
    const temporal = await namespaceOfItsOwn();
    const [stack, skewed, deaf, html, tls, mute, idle, lacking, otherwise] = await Promise.all([
      Stack.start({ seed: SEED, temporal, environments: { prod: { project: 'Production' } } }),
      startSimulator({ seed: SEED, clockSkewMillis: AHEAD_MILLIS }),
      startSimulator({ seed: SEED }),
      startServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<html>welcome</html>')),
      startServer((_, response) => response.end('{}'), certificate),
      startTcp(() => undefined),
      namespaceOfItsOwn(),
      namespaceOfItsOwn(),
      namespaceOfItsOwn(),
    ]);
    deaf.world.addFault({ pathIncludes: '/subscribe', times: 0, effect: { kind: 'reset-before' } });
    const { workflowService, operatorService } = stack.connection;
    await workflowService.updateNamespace({
      namespace: temporal.namespace,
      config: { workflowExecutionRetentionTtl: { seconds: MONTH_SECONDS as never } },
    });
    const { DroverRelease: _, ...most } = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
    const register = (namespace: string, searchAttributes: Record<string, number>): Promise<unknown> =>
      operatorService.addSearchAttributes({ namespace, searchAttributes });
    await register(idle.namespace, { ...most, DroverRelease: KEYWORD });
    await register(lacking.namespace, most);
    await register(otherwise.namespace, { ...most, DroverRelease: INT });
    const namespaces = { idle: idle.namespace, lacking: lacking.namespace, otherwise: otherwise.namespace };
    const closed = await freePort('127.0.0.1');
    return new Places(folder, stack, skewed, deaf, html, tls, mute, temporalOverTls, closed, namespaces);
  }

  get rancherUrl(): string {
    return this.stack.rancher.url;
  }

  get temporalTlsPort(): number {
    return (this.temporalOverTls.address() as AddressInfo).port;
  }

  /** What a process gets of the environment in a right set-up; it has the keys. */
  get keys(): NodeJS.ProcessEnv {
    return {
      ACCESS: 'canary-access',
      SECRET: 'canary-secret',
      READER: 'canary-reader',
      READING: 'canary-reading',
      OTHER: 'canary-other',
    };
  }

  /** A right configuration, with changes. */
  yaml(
    changes: {
      url?: string;
      alias?: string;
      project?: string;
      access?: string;
      secret?: string;
      ca?: string;
      more?: string;
    } = {},
  ): string {
    const { url = this.rancherUrl, alias = 'prod', project = 'Production', access = 'ACCESS', more = '' } = changes;
    const { address, namespace } = this.stack.temporal;
    const secret = changes.secret ?? '{ env: SECRET }';
    const ca = changes.ca === undefined ? '' : `\n  ca: ${changes.ca}`;
    return [
      `temporal: { address: "${address}", namespace: ${namespace} }`,
      `rancher:\n  url: ${url}\n  accessKey: { env: ${access} }\n  secretKey: ${secret}${ca}`,
      `environments:\n  ${alias}: { project: ${project} }`,
      more,
      '',
    ].join('\n');
  }

  /** Writes a file of a row's own, and answers its path. */
  write(name: string, text: string): string {
    const folder = mkdtempSync(join(this.folder, 'row-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  /** For NODE_OPTIONS: code that a process runs before all else. */
  preload(code: string): string {
    return `--require ${this.write('preload.js', code)}`;
  }

  async close(): Promise<void> {
    await this.stack.close();
    await Promise.all([this.skewed, this.deaf, this.html, this.tls, this.mute].map((one) => one.close()));
    this.temporalOverTls.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
