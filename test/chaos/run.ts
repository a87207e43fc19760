import { inspect } from 'node:util';
import { deploy } from './deploy';
import type { ChaosOptions } from './options';
import { Site } from './site';
import type { DeploymentCase } from './support/deployment-case';
import { canariesOf, generateCases } from './support/deployment-case';
import type { DeploymentFigures, Tally } from './support/figures';
import { figuresOf } from './support/figures';
import { checkDeployment } from './support/invariants';
import { Slots } from './support/slots';

/** Deployments that share a simulated Rancher and a Temporal server: so many that neither grows slow. */
const WAVE = 500;

export interface RunWatcher {
  onSite(first: number, count: number): void;
  onEnded(figures: DeploymentFigures): void;
  onTrouble(text: string): void;
}

/**
 * Runs all deployments, wave by wave. A wave begins as soon as all deployments of the one before have begun: those that take long do not
 * hold up the others.
 */
export async function run(options: ChaosOptions, tally: Tally, watcher: RunWatcher): Promise<void> {
  const slots = new Slots(options.inFlight);
  let draining: Promise<void> = Promise.resolve();
  for (let first = 0; first < options.deployments; first += WAVE) {
    const cases = generateCases(options.seed, Math.min(WAVE, options.deployments - first), first);
    await draining;
    const site = await Site.open(cases, options);
    watcher.onSite(first, cases.length);
    const running: Promise<void>[] = [];
    for (const one of slowFirst(cases)) {
      await slots.take();
      running.push(
        deployOne(site, one, tally, watcher).finally(() => {
          slots.give();
        }),
      );
    }
    draining = Promise.all(running).then(() => end(site, tally, watcher));
  }
  await draining;
}

/** Those that are given time until the stall limit begin first, so that they do not end last. */
function slowFirst(cases: readonly DeploymentCase[]): DeploymentCase[] {
  return [...cases].sort((one, other) => Number(one.isGood) - Number(other.isGood));
}

async function deployOne(site: Site, one: DeploymentCase, tally: Tally, watcher: RunWatcher): Promise<void> {
  try {
    const deployed = await deploy(site.stack, one);
    const figures = figuresOf(deployed, checkDeployment(deployed.evidence, canariesOf([one])));
    tally.add(figures);
    watcher.onEnded(figures);
  } catch (error) {
    const text = `it could not be followed: ${inspect(error, { depth: 4 })}`;
    const counts = {
      millis: 0,
      activities: 0,
      attempts: 0,
      failedAttempts: 0,
      refusedConnections: 0,
      repeatedCalls: 0,
    };
    const { index, kind } = one;
    const figures: DeploymentFigures = {
      ...{ index, kind, verdict: 'not followed', ...counts },
      violations: [{ invariant: 'verdict', text }],
    };
    tally.add(figures);
    watcher.onEnded(figures);
  }
}

async function end(site: Site, tally: Tally, watcher: RunWatcher): Promise<void> {
  for (const text of site.troubles()) watcher.onTrouble(text);
  await site.close(tally);
}
