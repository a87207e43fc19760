import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Page } from '../../support/scrape';
import { ROOT } from '../../support/root';
import type { ComposeFile } from '../compose-file';
import { millisOf } from '../compose-file';
import type { Container, Executed } from './container';
import type { ImageParts } from './image';
import { Project } from './project';

const PROFILES = ['demo', 'metrics'];
const RECOVERY_LIMIT_MILLIS = 180_000;
const UPGRADE = ['drover', 'upgrade', 'demo', 'storefront/web', '--image', 'example/web:2.0', '--json'];

/** What was looked at, and how it was. */
export interface Looked {
  readonly what: string;
  /** Null where it is as it must be. */
  readonly wrong: string | null;
}

/** Brings the compose file's services up as processes, carries a deployment through them, and looks at each as it goes. */
export class Suite {
  readonly looked: Looked[] = [];
  readonly project: Project;

  constructor(
    private readonly file: ComposeFile,
    parts: ImageParts,
    folder: string,
    private readonly say: (line: string) => void,
  ) {
    this.project = new Project(file, parts, folder, say);
  }

  async run(): Promise<void> {
    for (const name of this.project.inOrder(PROFILES)) await this.#upAndWell(name);
    const [worker, temporal] = [this.#container('worker'), this.#container('temporal')];

    await this.#look('the schema job does no harm when it runs again', () => this.#again('temporal-schema'));
    await this.#look('the set-up job finds nothing missing when it runs again', async () => {
      const job = await this.#again('temporal-setup');
      expectText(readFileSync(job.logFile, 'utf8'), 'nothing was missing');
    });
    await this.#look('a deployment comes to its verdict: succeeded', async () => {
      const { stdout } = expectCode(await worker.exec(UPGRADE), 0);
      expectText(stdout, '"verdict":"succeeded"');
      const rancher = await this.#serviceInRancher(worker);
      expectText(rancher, '"imageUuid":"docker:example/web:2.0"');
      expectText(rancher, '"state":"active"');
    });
    await this.#look(
      'a deployment comes to its verdict: a version that does not start leaves the old one',
      async () => {
        const args = [
          'upgrade',
          'demo',
          'storefront/worker',
          '--image',
          'example/worker:2.0-broken',
          '--timeout',
          '15s',
        ];
        const { stdout } = await worker.exec(['drover', ...args, '--json']);
        expectText(stdout, '"verdict":"rolled-back"');
      },
    );
    // A checkout may be older than the command.
    if ((await worker.exec(['drover', 'doctor', '--help'])).code === 0)
      await this.#look('drover doctor is green', async () => expectCode(await worker.exec(['drover', 'doctor']), 0));
    else this.say('-  there is no drover doctor in this version');
    await this.#look(
      'every service has the user, the capabilities and the file system that the file gives it',
      async () => {
        for (const container of this.project.containers.values()) {
          if (container.end !== null) continue;
          await this.#contained(container);
          this.say(`  ${container.name}: ${container.mostMemory()} at most`);
        }
      },
    );
    await this.#look('no secret is on a command line, or in the environment that a service was given', () =>
      this.#secretsKept(),
    );
    await this.#look('what a service shares no network with, it does not know', async () => {
      expectCode(await worker.exec(['getent', 'hosts', 'temporal']), 0);
      expectCode(await worker.exec(['getent', 'hosts', 'postgresql']), 2);
    });
    await this.#look('Prometheus would find the pages that it is configured to read', () => this.#pages());
    await this.#look(
      'the worker is not ready while Temporal is away, lives on, and is ready again after that',
      async () => {
        await temporal.stop();
        expectCode(await worker.healthCheck(), 1);
        await this.project.up('temporal');
        await this.#container('temporal').healthy(RECOVERY_LIMIT_MILLIS);
        await worker.healthy(RECOVERY_LIMIT_MILLIS);
        expectCode(await worker.exec(['drover', 'status', 'demo', 'storefront/web']), 0);
      },
    );
    await this.#look('the worker ends in order, within the time that the file gives it', async () => {
      const millis = await worker.stop();
      if (worker.end !== 'it ended with exit code 0')
        throw new Error(`${worker.end ?? 'it runs'}\n${worker.logTail()}`);
      if (millis >= millisOf(worker.service.stop_grace_period)) throw new Error(`it took ${String(millis)} ms`);
    });
  }

  /** Ends what runs, the last first. */
  async close(): Promise<void> {
    await this.project.down();
  }

  /** @throws where the service does not come up: without it the rest says nothing */
  async #upAndWell(name: string): Promise<void> {
    const isJob = Object.values(this.file.services).some(
      ({ depends_on: on }) => on[name]?.condition === 'service_completed_successfully',
    );
    let container: Container | null = null;
    const wanted = isJob
      ? 'ends well'
      : this.file.services[name]?.healthcheck === undefined
        ? 'runs'
        : 'is healthy by the command of the file';
    await this.#look(
      `${name} ${wanted}`,
      async () => {
        container = await this.project.up(name);
        if (container === null) return;
        if (isJob) await container.completed(RECOVERY_LIMIT_MILLIS);
        else if (container.service.healthcheck !== undefined)
          this.say(`  after ${String(await container.healthy(RECOVERY_LIMIT_MILLIS))} ms`);
      },
      () => (container === null ? `${name}: its image is not at hand; not run` : null),
    );
    if (this.looked.at(-1)?.wrong !== null && this.looked.at(-1)?.what.startsWith(`${name} `) === true)
      throw new Error(`without ${name} nothing goes on`);
  }

  async #look(what: string, look: () => Promise<unknown>, unlooked: () => string | null = () => null): Promise<void> {
    let wrong: string | null = null;
    try {
      await look();
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    const skipped = wrong === null ? unlooked() : null;
    if (skipped !== null) return this.say(`-  ${skipped}`);
    this.looked.push({ what, wrong });
    this.say(wrong === null ? `ok ${what}` : `WRONG: ${what}: ${wrong}`);
  }

  #container(name: string): Container {
    const container = this.project.containers.get(name);
    if (container === undefined) throw new Error(`${name} was not started`);
    return container;
  }

  async #again(name: string): Promise<Container> {
    const job = await this.project.up(name);
    if (job === null) throw new Error(`${name} was not run`);
    await job.completed(RECOVERY_LIMIT_MILLIS);
    return job;
  }

  /** Asked as the worker would, from where it is. */
  async #serviceInRancher(worker: Container): Promise<string> {
    const script = `
      const { readFileSync } = require('node:fs');
      const key = ['ACCESS', 'SECRET'].map((one) => readFileSync(process.env['RANCHER_' + one + '_KEY_FILE'], 'utf8').trim()).join(':');
      const authorization = 'Basic ' + Buffer.from(key).toString('base64');
      fetch('http://simulator:8088/v2-beta/projects/1a7/services?name=web', { headers: { authorization } })
        .then((answer) => answer.json()).then(({ data }) => console.log(JSON.stringify(data.map(({ state, launchConfig: { imageUuid } }) => ({ state, imageUuid })))));`;
    return expectCode(await worker.exec(['node', '-e', script]), 0).stdout;
  }

  async #contained(container: Container): Promise<void> {
    const { name, pid, service } = container;
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const field = (key: string): string => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    if (field('NoNewPrivs') !== '1') throw new Error(`${name} may get more rights`);
    if (field('Uid').split('\t')[0] === '0') throw new Error(`${name} runs as root`);
    for (const key of ['CapEff', 'CapPrm'])
      if (BigInt(`0x${field(key)}`) !== 0n) throw new Error(`${name} has ${key} ${field(key)}`);
    if (service.cap_add.length === 0 && BigInt(`0x${field('CapBnd')}`) !== 0n)
      throw new Error(`${name} may have ${field('CapBnd')}`);
    const written = await container.exec(['sh', '-c', 'echo x > /written || exit 7']);
    if (service.read_only && written.code !== 7)
      throw new Error(`${name} could write to its root (${String(written.code)})`);
    for (const target of service.tmpfs.map((text) => text.split(':')[0] ?? ''))
      expectCode(await container.exec(['sh', '-c', `echo x > ${target}/written && rm ${target}/written`]), 0);
  }

  async #secretsKept(): Promise<void> {
    const secrets = Object.values(this.file.secrets).map(({ file }) => readFileSync(join(ROOT, file), 'utf8').trim());
    for (const { name, pid, end } of this.project.containers.values()) {
      if (end !== null) continue;
      for (const [place, text] of [
        ['command line', readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')],
        ['settings', JSON.stringify(this.file.services[name])],
      ] as const)
        for (const secret of secrets)
          if (text.includes(secret)) throw new Error(`a secret is in the ${place} of ${name}`);
    }
    const environment = readFileSync(`/proc/${String(this.#container('worker').pid)}/environ`, 'utf8');
    for (const secret of secrets)
      if (environment.includes(secret)) throw new Error('a secret is in the environment of the worker');
    await Promise.resolve();
  }

  async #pages(): Promise<void> {
    const { scrape_configs: scrapes } = z
      .object({
        scrape_configs: z.array(
          z.object({ dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })) }),
        ),
      })
      .parse(parse(readFileSync(join(ROOT, 'examples', 'compose', 'prometheus.yml'), 'utf8')));
    const addresses = scrapes.flatMap(({ dns_sd_configs: found }) =>
      found.flatMap(({ names, port }) => names.map((name) => [name, port] as const)),
    );
    // By name, over a network that both are in: what listens on its own loopback alone is not found.
    const script = 'fetch(process.argv[1]).then((page) => page.text()).then((text) => process.stdout.write(text))';
    for (const [name, port] of addresses) {
      const url = `http://${name}:${String(port)}/metrics`;
      const { stdout } = expectCode(await this.#container('worker').exec(['node', '-e', script, url]), 0);
      expectText(stdout, name === 'worker' ? 'drover_deployments_total' : 'service_requests');
    }
    const worker = await Page.read('127.0.0.1:9464');
    const ended = worker.value('drover_deployments_total', { environment: 'demo', verdict: 'succeeded' });
    if (ended !== 1) throw new Error(`the worker counts ${String(ended)} deployments that succeeded`);
  }
}

function expectCode(executed: Executed, code: number): Executed {
  if (executed.code !== code)
    throw new Error(`exit code ${String(executed.code)}, not ${String(code)}: ${executed.stdout}${executed.stderr}`);
  return executed;
}

function expectText(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new Error(`${wanted} is not in: ${text.slice(-1_000)}`);
}
