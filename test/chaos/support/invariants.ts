import { createHash } from 'node:crypto';
import type { JournalEntry } from '../../../simulator/model';
import type { Canary } from '../../e2e/canaries';
import { CanarySearch } from '../../e2e/canaries';
import { finalState } from './final-state';
import type { Evidence, Violation } from './evidence';
import { mayHaveBeenCalledOff, ourActions } from './evidence';
import { boundedAndExplained, cancellingWaits } from './history-checks';
import { postedConfigurations } from './posted-configuration';

export type { Evidence, Violation } from './evidence';

const LABEL = 'io.drover.deployment';

/**
 * Holds everything that is known of an ended deployment against DESIGN's invariants, against the verdicts that are right for it, and
 * against the state in which the service may be left.
 *
 * @param canaries every secret that must not turn up
 */
export function checkDeployment(evidence: Evidence, canaries: readonly Canary[]): Violation[] {
  return [
    ...oneUpgradeEach(evidence),
    ...goodOnesStay(evidence),
    ...cancelledOnesAreNotFinished(evidence),
    ...postedConfigurations(evidence),
    ...nothingLeaks(evidence, canaries),
    ...boundedAndExplained(evidence),
    ...cancellingWaits(evidence),
    ...askedAgain(evidence),
    ...verdictOf(evidence),
    ...finalState(evidence),
  ];
}

/** Invariant 1: at most one accepted upgrade in each round, and as many rounds as the deployment itself tells. */
function oneUpgradeEach(evidence: Evidence): Violation[] {
  const upgrades = ourActions(evidence).filter(({ action }) => action === 'upgrade');
  const labels = upgrades.map(labelIn);
  const found: Violation[] = [];
  for (const label of new Set(labels)) {
    const times = labels.filter((one) => one === label).length;
    if (label === null) found.push({ invariant: 1, text: 'an upgrade was accepted without our label' });
    else if (times > 1) found.push({ invariant: 1, text: `${times} upgrades of ${label} were accepted` });
  }
  const { effectiveUpgrades: most } = evidence.case;
  const least = mayHaveBeenCalledOff(evidence) ? 0 : Math.min(most, 1);
  if (upgrades.length > most || upgrades.length < least)
    found.push({ invariant: 1, text: `${upgrades.length} upgrades were accepted, and not ${least} to ${most}` });
  return found;
}

/** Invariant 2: what is good, and what nobody called off, is not rolled back. */
function goodOnesStay(evidence: Evidence): Violation[] {
  if (!evidence.case.isGood || mayHaveBeenCalledOff(evidence)) return [];
  const actions = ourActions(evidence).map(({ action }) => action);
  const first = actions.indexOf('upgrade');
  return first >= 0 && actions.includes('rollback', first)
    ? [{ invariant: 2, text: `a good upgrade of our own was rolled back (${actions.join(', ')})` }]
    : [];
}

/** Invariant 3: an upgrade that was cancelled is never finished or continued by us. */
function cancelledOnesAreNotFinished(evidence: Evidence): Violation[] {
  const ours = new Set(ourActions(evidence));
  let cancelled = evidence.case.serviceSeed.state === 'canceled-upgrade';
  const found: Violation[] = [];
  for (const entry of evidence.journal) {
    if (entry.action === 'cancelupgrade' || entry.to === 'canceled-upgrade') cancelled = true;
    else if (entry.action === 'rollback' || entry.action === 'upgrade') cancelled = false;
    else if (cancelled && ours.has(entry) && ['finishupgrade', 'continueupgrade'].includes(entry.action ?? ''))
      found.push({ invariant: 3, text: `${entry.action ?? ''} was sent for an upgrade that was cancelled` });
  }
  return found;
}

/** Invariant 5, as far as it is about one deployment: its history, its logbook, and what the library told. */
function nothingLeaks({ history, outcome, told = [] }: Evidence, canaries: readonly Canary[]): Violation[] {
  const search = searchFor(canaries);
  return [
    ...search.find('the history', JSON.stringify(history)),
    ...search.find('the outcome', JSON.stringify(outcome)),
    ...search.find('the logbook', told.join('\n')),
  ].map(({ canary, form, place }) => ({ invariant: 5, text: `${canary} (${form}) is in ${place}` }));
}

/** Invariant 8: the same request again comes to the same run, and starts nothing. */
function askedAgain({ again }: Evidence): Violation[] {
  if (again === null) return [];
  if (again.runId !== again.firstRunId)
    return [{ invariant: 8, text: `the same request came to another run (${again.firstRunId}, then ${again.runId})` }];
  return again.how === 'started' ? [{ invariant: 8, text: 'the same request was started once more' }] : [];
}

/** The verdict is one that is right; exactly which one depends on whether a person's word was taken. */
function verdictOf(evidence: Evidence): Violation[] {
  const { expected } = evidence.case;
  const { verdict, reason } = evidence.outcome;
  const [first] = expected;
  const isOpen = expected.length > 1;
  const taken = evidence.said.some(({ name, how }) => how === 'taken' && name !== 'confirm');
  const mayBeTaken = mayHaveBeenCalledOff(evidence);
  const right = !isOpen || taken ? [first] : mayBeTaken ? expected : expected.slice(1);
  return right.includes(verdict)
    ? []
    : [{ invariant: 'verdict', text: `it ended ${verdict} and not ${right.join(' or ')}: ${reason}` }];
}

/** The label of the round that an upgrade carries; null where the posted configurations do not agree on one. */
function labelIn({ body }: JournalEntry): string | null {
  const strategy = ((body ?? {}) as { inServiceStrategy?: Posted }).inServiceStrategy ?? {};
  const configs = [strategy.launchConfig, ...(strategy.secondaryLaunchConfigs ?? [])];
  const labels = configs.flatMap((config) => (config === undefined ? [] : [config.labels?.[LABEL] ?? null]));
  const [label = null] = labels;
  return labels.every((one) => one === label) ? label : null;
}

interface Posted {
  readonly launchConfig?: { readonly labels?: Readonly<Record<string, string>> };
  readonly secondaryLaunchConfigs?: readonly { readonly labels?: Readonly<Record<string, string>> }[];
}

const searches = new Map<string, CanarySearch>();

/** A search that is made once for the same secrets: thousands of deployments are held against them. */
function searchFor(canaries: readonly Canary[]): CanarySearch {
  const key = createHash('sha256')
    .update(canaries.map(({ value }) => value).join('\n'))
    .digest('hex');
  const known = searches.get(key);
  if (known !== undefined) return known;
  const made = new CanarySearch(canaries);
  searches.clear();
  searches.set(key, made);
  return made;
}
