import { chmodSync, chownSync, copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../../support/root';
import type { ComposeFile, ComposeService } from '../compose-file';
import { millisOf } from '../compose-file';
import { Container } from './container';
import type { ImageParts } from './image';
import { imageOf } from './image';

/** As whom the secrets can be read; what docs/production.md tells to do. */
const READER = 1000;
const JOB_LIMIT_MILLIS = 300_000;

/** The services of a compose file that is brought up, as Docker Compose would in their order. */
export class Project {
  readonly containers = new Map<string, Container>();
  /** Services whose image is not at hand. */
  readonly notRun: string[] = [];

  constructor(
    readonly file: ComposeFile,
    private readonly parts: ImageParts,
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {
    this.#writeSecrets();
  }

  /** Services that are started with these profiles, those that are waited for first. */
  inOrder(profiles: readonly string[]): string[] {
    const order: string[] = [];
    const add = (name: string): void => {
      if (order.includes(name)) return;
      Object.keys(this.#service(name).depends_on).forEach(add);
      order.push(name);
    };
    for (const [name, service] of Object.entries(this.file.services))
      if (service.profiles.length === 0 || service.profiles.some((one) => profiles.includes(one))) add(name);
    return order;
  }

  /** Starts one when what it depends on is as it asks for. @returns null where its image is not at hand */
  async up(name: string): Promise<Container | null> {
    const service = this.#service(name);
    const image = imageOf(service.image, this.parts, join(this.folder, 'images'));
    if (image === null) {
      this.notRun.push(name);
      return null;
    }
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      const awaited = this.containers.get(other);
      if (awaited === undefined) throw new Error(`${name} waits for ${other}, which was not started`);
      if (condition === 'service_completed_successfully') await awaited.completed(JOB_LIMIT_MILLIS);
      if (condition === 'service_healthy') await awaited.healthy(patienceOf(awaited.service));
    }
    const container = new Container(name, service, image, {
      folder: join(this.folder, 'containers', `${name}-${String(this.#started++)}`),
      hosts: this.#hostsOf(service),
      mounts: this.#mountsOf(service),
    });
    container.start();
    this.containers.set(name, container);
    this.say(`${name}: process ${container.pid}`);
    return container;
  }

  #started = 0;

  /** In the order against that of the start. */
  async down(): Promise<void> {
    for (const container of [...this.containers.values()].reverse()) await container.stop();
  }

  #service(name: string): ComposeService {
    const service = this.file.services[name];
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }

  /** Each service listens on an address of its own; only those that share a network know it. */
  #hostsOf({ networks }: ComposeService): string[] {
    return Object.entries(this.file.services).flatMap(([name, other], index) =>
      other.networks.some((network) => networks.includes(network)) ? [`127.0.1.${String(index + 1)} ${name}`] : [],
    );
  }

  #mountsOf(service: ComposeService): { source: string; target: string; writable: boolean }[] {
    const configs = service.configs.map(({ source, target }) => ({
      source: this.#config(source),
      target,
      writable: false,
    }));
    const secrets = service.secrets.map((name) => ({
      source: this.#secret(name),
      target: `/run/secrets/${name}`,
      writable: false,
    }));
    const volumes = service.volumes.map((volume) => {
      if (typeof volume !== 'string')
        return { source: resolve(ROOT, volume.source), target: volume.target, writable: !volume.read_only };
      const [name = '', target = ''] = volume.split(':');
      const source = join(this.folder, 'volumes', name);
      mkdirSync(source, { recursive: true });
      return { source, target, writable: true };
    });
    return [...configs, ...secrets, ...volumes];
  }

  #config(name: string): string {
    const config = this.file.configs[name];
    if (config === undefined) throw new Error(`there is no config ${name}`);
    return resolve(ROOT, config.file);
  }

  #secret(name: string): string {
    return join(this.folder, 'secrets', name);
  }

  /** With the owner and the mode that the documentation asks for. */
  #writeSecrets(): void {
    mkdirSync(join(this.folder, 'secrets'), { recursive: true });
    for (const [name, { file }] of Object.entries(this.file.secrets)) {
      copyFileSync(resolve(ROOT, file), this.#secret(name));
      chmodSync(this.#secret(name), 0o400);
      chownSync(this.#secret(name), READER, READER);
    }
  }
}

/** How long Docker gives a service before it is unhealthy; more than that on a machine that is busy with other suites. */
function patienceOf({ healthcheck }: ComposeService): number {
  if (healthcheck === undefined) throw new Error('a service without a health check cannot be waited for');
  const { interval, retries, start_period: start } = healthcheck;
  return 2 * (millisOf(start) + millisOf(interval) * retries);
}
