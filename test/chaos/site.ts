import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CanarySearch } from '../e2e/canaries';
import { Stack } from '../support/stack';
import type { ChaosOptions } from './options';
import type { DeploymentCase } from './support/deployment-case';
import { canariesOf, PROJECT, worldSeedOf } from './support/deployment-case';
import { variablesOf } from './support/planted-secrets';
import { temporalInMemory } from './temporal-in-memory';
import type { Tally } from './support/figures';

/** How much faster than a real server the simulated Rancher goes: a container step takes 20 ms. */
const SPEED = 50;

/**
 * Limits for a Rancher that is fifty times as fast as a real one, on a machine that is busy: only the stall limit is to be reached, by
 * images that are bad; no other one can run out because the machine is slow.
 */
const POLICY = {
  requestTimeout: '3s',
  stallLimit: '20s',
  settleLimit: '10m',
  rollbackLimit: '10m',
  finishLimit: '10m',
  reachLimit: '10m',
  outageLimit: '1h',
  timeout: '1h',
  confirmLimit: '1h',
  parkLimit: '1h',
  pollMin: '500ms',
  pollMax: '5s',
} as const;

/** Connections are refused, and the event stream is cut, at one request where this many others fail by themselves. */
const TROUBLE_PER_FAULT = 1 / 20;

/** A world of its own for some deployments: simulated Rancher, Temporal server and worker, each a process. */
export class Site {
  private constructor(
    readonly stack: Stack,
    private readonly cases: readonly DeploymentCase[],
    private readonly folder: string,
  ) {
    process.once('exit', this.#removeFolders);
  }

  static async open(
    cases: readonly DeploymentCase[],
    options: Pick<ChaosOptions, 'seed' | 'faultRate'>,
  ): Promise<Site> {
    const { seed, faultRate } = options;
    const world = worldSeedOf(cases);
    const folder = mkdtempSync(join(tmpdir(), 'drover-chaos-'));
    const variables = variablesOf(seed);
    const stack = await Stack.start({
      seed: world,
      speed: SPEED,
      simulatorProcess: true,
      keepsState: false,
      temporal: await temporalInMemory(folder),
      quick: false,
      policy: POLICY,
      environments: {
        chaos: {
          project: PROJECT,
          variables: Object.fromEntries(variables.map(({ reference, env }) => [reference, env])),
        },
      },
      workerEnv: Object.fromEntries(variables.map(({ env, value }) => [env, value])),
      // Rancher's time runs faster here than ours: what is gentle by the clock on the wall would hold everything up.
      extraYaml: 'rancher: { requests: { perSecond: 1000, concurrent: 16 } }\n',
    });
    const trouble = faultRate * TROUBLE_PER_FAULT;
    await stack.rancher.planFaults({ seed, rate: faultRate, refusalRate: trouble, cutRate: trouble });
    return new Site(stack, cases, folder);
  }

  /** What is wrong with the site as a whole: a worker that ended, or a secret in what it wrote or in a command line. */
  troubles(): string[] {
    const search = new CanarySearch(canariesOf(this.cases));
    return this.stack.workers.flatMap((worker) => {
      const commandLine = worker.running ? readFileSync(`/proc/${worker.pid}/cmdline`, 'utf8') : '';
      return [
        ...(worker.running ? [] : [`the worker ended by itself: ${worker.stderr.slice(-500)}`]),
        ...[
          ...search.find("the worker's standard output", worker.stdout),
          ...search.find("the worker's standard error", worker.stderr),
          ...search.find("the worker's command line", commandLine),
        ].map(({ canary, form, place }) => `5: ${canary} (${form}) is in ${place}`),
        ...(/unhandled/i.test(worker.stderr)
          ? [`the worker tells of something unhandled: ${worker.stderr.slice(-500)}`]
          : []),
      ];
    });
  }

  async close(tally: Tally): Promise<void> {
    tally.addFaults(await this.stack.rancher.faultCounts());
    await this.stack.close();
    process.removeListener('exit', this.#removeFolders);
    this.#removeFolders();
  }

  /** Also where the run is broken off. */
  readonly #removeFolders = (): void => {
    for (const folder of [this.folder, this.stack.folder]) rmSync(folder, { recursive: true, force: true });
  };
}
