import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentHandle } from '../../client/deployment-handle';
import { SilenceError } from '../../client/follow/silence-error';
import { deploymentLink } from '../../client/temporal/web-link';
import type { Progress } from '../../workflows/contract';
import { freshDist } from '../support/fresh-dist';
import { prepareTools } from '../support/prepare-tools';
import { Stack } from '../support/stack';
import { serverOfItsOwn } from '../support/stack-temporal';
import type { Ended } from '../support/started-process';

const LIMIT_MILLIS = 90_000;

export const STACK = 'storefront';
/** A deployment that fails does so within seconds in one of its own, which gives up soon. */
const environmentOf = (scene: SceneName): string => (scene === 'failed' ? 'qa' : 'prod');

/** The deployments that are looked at. */
export const SERVICES = {
  /** Rancher has replaced one of two containers, and waits for an hour before the second. */
  running: 'web',
  /** Upgraded and verified, and held as asked. */
  held: 'checkout',
  /** The rollback was refused: a person has to come. */
  parked: 'search',
  /** Its containers never become healthy: rolled back. */
  failed: 'api',
} as const;
export type SceneName = keyof typeof SERVICES;

const HEALTH_CHECK = {
  port: 80,
  interval: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  initializingTimeout: 60000,
};
const ARGS: Readonly<Record<SceneName, readonly string[]>> = {
  running: ['--batch-size', '1', '--batch-interval', '1h', '--why', 'release 42'],
  held: ['--batch-size', '2', '--hold', '--why', 'to be looked at first'],
  parked: ['--batch-size', '2', '--hold'],
  failed: ['--batch-size', '2'],
};

const BUILD = {
  ...{ GITLAB_CI: 'true', CI_PROJECT_PATH: 'shop/storefront', CI_PIPELINE_IID: '318', CI_JOB_ID: '9001' },
  FORCE_COLOR: '1',
};

export const imageOf = (scene: SceneName, tag: string): string => `registry.example.com/shop/${SERVICES[scene]}:${tag}`;
export const [BEFORE, AFTER] = ['2.4.0', '2.4.1'] as const;

/** Temporal with its Web UI, a worker and a simulated Rancher, and a deployment in each of the scenes. */
export class Scenes {
  private constructor(
    readonly stack: Stack,
    private readonly folder: string,
    private readonly webUrl: string,
  ) {}

  static async start(onStep: (line: string) => void): Promise<Scenes> {
    await Promise.all([prepareTools(onStep), freshDist()]);
    const folder = mkdtempSync(join(tmpdir(), 'drover-browser-'));
    const temporal = await serverOfItsOwn(folder);
    if (temporal.webUrl === undefined) throw new Error('the dev server has no Web UI');
    const services = Object.entries(SERVICES).map(([scene, name]) => ({
      name,
      scale: 2,
      launchConfig: {
        imageUuid: `docker:${imageOf(scene as SceneName, BEFORE)}`,
        ...(scene === 'failed' ? { healthCheck: HEALTH_CHECK } : {}),
      },
    }));
    const stack = await Stack.start({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
        projects: ['Production', 'QA'].map((name) => ({ name, stacks: [{ name: STACK, services }] })),
        behaviours: [{ image: `docker:${imageOf('failed', AFTER)}`, neverHealthy: true }],
      },
      environments: { prod: { project: 'Production' }, qa: { project: 'QA', policy: { stallLimit: '8s' } } },
      policy: { stallLimit: '1h', confirmLimit: '1d', rollbackLimit: '1m' },
      temporal,
    });
    return new Scenes(stack, folder, temporal.webUrl);
  }

  /** Brings all of them about, side by side. */
  async play(): Promise<void> {
    await Promise.all([this.#running(), this.#held(), this.#parked(), this.#failed()]);
  }

  async #running(): Promise<void> {
    await this.#begin('running');
    await this.#until(
      'running',
      ({ phase, events }) => phase === 'waiting' && events.some(({ text }) => /^1 new/.test(text)),
    );
  }

  async #held(): Promise<void> {
    await this.#begin('held');
    await this.#until('held', ({ phase }) => phase === 'confirming');
  }

  async #parked(): Promise<void> {
    const service = SERVICES.parked;
    await this.stack.rancher.addFault({
      service,
      action: 'rollback',
      effect: { kind: 'status', status: 403, body: 'Forbidden' },
    });
    await this.#begin('parked');
    await this.#until('parked', ({ phase }) => phase === 'confirming');
    const target = { environment: environmentOf('parked'), stack: STACK, service: SERVICES.parked };
    await this.stack.client.intervene(target, 'rollback', { by: 'jane@desk-7', why: 'the search page is slow' });
    await this.#until('parked', ({ phase }) => phase === 'parked');
  }

  async #failed(): Promise<void> {
    await this.#begin('failed');
    await (await this.#handle('failed')).result();
  }

  async #begin(scene: SceneName): Promise<void> {
    const ended = await this.command('upgrade', scene, '--image', imageOf(scene, AFTER), ...ARGS[scene], '--detach');
    if (ended.code !== 5) throw new Error(`${scene} was not begun: ${ended.stdout}${ended.stderr}`);
  }

  async #until(scene: SceneName, wanted: (progress: Progress) => boolean): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    for (;;) {
      const progress = await this.#glance(scene);
      if (progress !== null && wanted(progress)) return;
      if (progress !== null && progress.result !== null)
        throw new Error(`${scene} ended before: ${progress.result.reason}`);
      if (Date.now() >= deadline) throw new Error(`${scene} did not come about: it is ${progress?.phase ?? 'silent'}`);
      await delay(100);
    }
  }

  /** Null where no worker answers just then. */
  async #glance(scene: SceneName): Promise<Progress | null> {
    try {
      return await (await this.#handle(scene)).progress();
    } catch (error) {
      if (error instanceof SilenceError) return null;
      throw error;
    }
  }

  /** The command, as a build runs it, in colours. */
  drover(...args: readonly string[]): Promise<Ended> {
    return this.stack.drover(args, { env: BUILD });
  }

  /** `drover COMMAND` about the service of a scene, to its end. */
  command(name: string, scene: SceneName, ...more: readonly string[]): Promise<Ended> {
    return this.drover(name, environmentOf(scene), `${STACK}/${SERVICES[scene]}`, ...more);
  }

  /** The verdict of a scene's deployment; waits for it. */
  async verdict(scene: SceneName): Promise<string> {
    return (await (await this.#handle(scene)).result()).verdict;
  }

  /** Its page in Temporal Web. */
  async pageOf(scene: SceneName): Promise<string> {
    const { workflowId, runId } = (await this.#handle(scene)).deployment;
    const link = deploymentLink(this.webUrl, 'default', workflowId, runId);
    if (link === null) throw new Error('there is no Web UI');
    return link;
  }

  async #handle(scene: SceneName): Promise<DeploymentHandle> {
    const handle = await this.stack.client.get(environmentOf(scene), STACK, SERVICES[scene]);
    if (handle === null) throw new Error(`there is no deployment of ${SERVICES[scene]}`);
    return handle;
  }

  get listPage(): string {
    return `${this.webUrl}/namespaces/default/workflows`;
  }

  async close(): Promise<void> {
    await this.stack.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
