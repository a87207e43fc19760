import type { Verdict } from '../../../decision/verdict';
import type { JournalEntry } from '../../../simulator/model';
import type { JsonObject } from '../../../simulator/world-seed';
import { DROVER_KEY } from './environments';
import type { Left } from './row';
import type { RowScene } from './row-scene';

const LABEL = 'io.drover.deployment';
/** Verdicts that say that nothing of the deployment was posted. */
const UNTOUCHED: readonly Verdict[] = ['unchanged', 'failed', 'invalid', 'refused', 'unreachable'];

/**
 * What in the simulator's own record a verdict cannot be true with; none is as it should be.
 *
 * @param deploymentId the row's, null where none was begun
 */
export function contradictions(journal: readonly JournalEntry[], verdict: Verdict, deploymentId: unknown): string[] {
  const actions = journal.filter(({ kind }) => kind === 'action');
  const ours = actions.filter(({ by }) => by === DROVER_KEY);
  const upgrades = ours.filter(({ action }) => action === 'upgrade');
  const labels = upgrades.map(({ body }) => labelIn(body));
  const found: string[] = [];
  for (const label of new Set(labels))
    if (labels.filter((other) => other === label).length > 1) found.push(`two upgrades of the round ${label}`);
  if (ours.some(({ action }) => action === 'continueupgrade')) found.push('Drover continued an upgrade');
  if (ours.some(({ action }) => action === 'cancelupgrade')) found.push('Drover cancelled an upgrade');
  let cancelled = false;
  for (const { action, by } of actions) {
    if (action === 'cancelupgrade') cancelled = true;
    if (action === 'upgrade' || action === 'rollback') cancelled = false;
    if (cancelled && action === 'finishupgrade' && by === DROVER_KEY) found.push('Drover finished a cancelled upgrade');
  }
  if (UNTOUCHED.includes(verdict) && labels.some((label) => label.startsWith(`${String(deploymentId)}.`)))
    found.push(`an upgrade was posted, and it is ${verdict}`);
  if (new Set(ours.map(({ service }) => service)).size > 1) found.push('Drover touched two services of one name');
  return found;
}

function labelIn(body: unknown): string {
  const strategy = (
    body as { inServiceStrategy?: { launchConfig?: JsonObject; secondaryLaunchConfigs?: JsonObject[] } }
  ).inServiceStrategy;
  const config = strategy?.launchConfig ?? strategy?.secondaryLaunchConfigs?.[0];
  const labels = config?.['labels'] as JsonObject | undefined;
  return String(labels?.[LABEL]);
}

/** Waits until the service is as it is to be left, and holds what runs against it: each container by image and by version. */
export async function expectLeft(one: RowScene, { state, runs, count }: Left): Promise<void> {
  await one.stateIs(state);
  if (runs === undefined) return;
  const { service, instances } = await one.found();
  const config = service['launchConfig'] as JsonObject;
  const running = instances.filter((instance) => instance['state'] === 'running');
  const expected = Array.from({ length: count ?? Number(service['scale']) }, () => ({
    image: one.imageUuid(runs),
    version: config['version'],
  }));
  expect(running.map((instance) => ({ image: instance['imageUuid'], version: instance['version'] }))).toEqual(expected);
  expect(config['imageUuid']).toBe(one.imageUuid(runs));
}

/** What each verdict says about the service, whatever else a row expects. */
export function isLeftAs(verdict: Verdict, { state, runs }: Left): boolean {
  switch (verdict) {
    case 'succeeded':
      return state === 'active' && (runs === 2 || String(runs).includes('/'));
    case 'held':
      return state === 'upgraded' && runs === 2;
    case 'rolled-back':
      return state === 'inactive' || (state === 'active' && runs === 1);
    case 'cancelled':
      // Cancelled before anything was posted, what others do goes on.
      return runs !== 2;
    default:
      return true;
  }
}
