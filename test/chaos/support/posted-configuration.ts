import { object, plain, read, render } from '../../rancher/json-tree';
import type { Tree } from '../../rancher/json-tree';
import type { Evidence, Violation } from './evidence';
import { ourActions } from './evidence';
import { variablesOf } from './planted-secrets';

type Entries = ReadonlyMap<string, Tree>;

const LABEL = 'io.drover.deployment';

/**
 * Invariant 4: each configuration that was posted is the one that was there, but for what was asked and our label. Both are compared as
 * texts that were read by a parser of the tests' own: a digit, a key or an empty list that got lost shows.
 */
export function postedConfigurations(evidence: Evidence): Violation[] {
  const before = entriesOf(read(evidence.before));
  return ourActions(evidence)
    .filter(({ action }) => action === 'upgrade')
    .flatMap(({ rawBody }) => {
      const strategy = entriesOf(entriesOf(read(rawBody ?? '{}')).get('inServiceStrategy'));
      return [...onlyWhatWasAsked(evidence, strategy), ...configurations(evidence, baseOf(evidence, before), strategy)];
    });
}

/** What our upgrade stood on: what was there, or what somebody else's upgrade that was rolled back had replaced. */
function baseOf(evidence: Evidence, before: Entries): { primary: Tree | undefined; sidekicks: Tree | undefined } {
  const actions = ourActions(evidence);
  const first = actions.findIndex(({ action }) => action === 'upgrade');
  const rolledBack = actions.slice(0, first).some(({ action }) => action === 'rollback');
  const strategy = entriesOf(entriesOf(before.get('upgrade')).get('inServiceStrategy'));
  return rolledBack
    ? { primary: strategy.get('previousLaunchConfig'), sidekicks: strategy.get('previousSecondaryLaunchConfigs') }
    : { primary: before.get('launchConfig'), sidekicks: before.get('secondaryLaunchConfigs') };
}

function onlyWhatWasAsked({ case: { input } }: Evidence, strategy: Entries): Violation[] {
  const known = ['batchSize', 'intervalMillis', 'startFirst', 'launchConfig', 'secondaryLaunchConfigs'];
  const unknown = [...strategy.keys()].filter((key) => !known.includes(key));
  const { overrides = {} } = input;
  const wrong = [
    ['batchSize', overrides.batchSize],
    ['intervalMillis', overrides.batchIntervalMillis],
    ['startFirst', overrides.startFirst],
  ].filter(([key, value]) => value !== undefined && textOf(strategy.get(String(key))) !== String(value));
  return [
    ...unknown.map((key) => violation(`the strategy that was posted has ${JSON.stringify(key)}`)),
    ...wrong.map(([key, value]) => violation(`${String(key)} was posted other than ${String(value)}`)),
  ];
}

function configurations(
  evidence: Evidence,
  base: { primary: Tree | undefined; sidekicks: Tree | undefined },
  strategy: Entries,
): Violation[] {
  const { input, seed } = evidence.case;
  const found: Violation[] = [];
  const primary = strategy.get('launchConfig');
  const merges = { ...input.variables, ...input.labels };
  if (primary === undefined) {
    if (input.image !== undefined) found.push(violation('the primary was asked for and not posted'));
  } else if (input.image === undefined && Object.keys(merges).length === 0)
    found.push(violation('the primary was posted and not asked for'));
  else {
    const values = new Map(variablesOf(seed).map(({ reference, value }) => [reference, value]));
    const variables = Object.entries(input.variables ?? {}).map(
      ([name, reference]) => [name, values.get(reference) ?? ''] as const,
    );
    const wanted = changed(entriesOf(base.primary), input.image, variables, Object.entries(input.labels ?? {}));
    found.push(...differences('the primary', wanted, entriesOf(primary), evidence));
  }
  const posted = itemsOf(strategy.get('secondaryLaunchConfigs'));
  const asked = Object.entries(input.sidekicks ?? {});
  const names = posted.map(nameOf);
  if (
    [...names].sort().join() !==
    asked
      .map(([name]) => name)
      .sort()
      .join()
  )
    found.push(violation(`the sidekicks that were posted are [${names.join(', ')}]`));
  for (const [name, image] of asked) {
    const now = posted.find((config) => nameOf(config) === name);
    const then = itemsOf(base.sidekicks).find((config) => nameOf(config) === name);
    if (now !== undefined && then !== undefined)
      found.push(
        ...differences(`the sidekick ${name}`, changed(entriesOf(then), image, [], []), entriesOf(now), evidence),
      );
  }
  return found;
}

/** The configuration that was there, with what was asked put in. */
function changed(
  base: Entries,
  image: string | undefined,
  variables: readonly (readonly [string, string])[],
  labels: readonly (readonly [string, string])[],
): Entries {
  const result = new Map(base);
  if (image !== undefined) result.set('imageUuid', plain(`docker:${image}`));
  const merge = (field: string, more: readonly (readonly [string, string])[]): void => {
    if (more.length === 0) return;
    const entries = more.map(([key, value]) => [key, plain(value)] as const);
    result.set(field, object([...entriesOf(base.get(field)), ...entries]));
  };
  merge('environment', variables);
  merge('labels', labels);
  return result;
}

function differences(what: string, wanted: Entries, posted: Entries, { outcome }: Evidence): Violation[] {
  const labels = new Map(entriesOf(posted.get('labels')));
  const label = textOf(labels.get(LABEL));
  labels.delete(LABEL);
  const hadLabels = wanted.has('labels') && wanted.get('labels')?.kind === 'object';
  const without = new Map(posted);
  if (labels.size > 0 || hadLabels) without.set('labels', object(labels));
  else without.delete('labels');
  const keys = [...new Set([...wanted.keys(), ...without.keys()])];
  const differ = keys.filter((key) => sorted(wanted.get(key)) !== sorted(without.get(key)));
  const deployment = outcome.result?.deploymentId;
  const isOurs = label !== undefined && (deployment === undefined || label.startsWith(`${deployment}.`));
  return [
    ...differ.map((key) => violation(`${what}: ${JSON.stringify(key)} is not what it was`)),
    ...(isOurs ? [] : [violation(`${what} was posted with the label ${String(label)}`)]),
  ];
}

function sorted(tree: Tree | undefined): string {
  return tree === undefined ? '' : render(tree, true);
}

function entriesOf(tree: Tree | undefined): Entries {
  return tree?.kind === 'object' ? tree.entries : new Map();
}

function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

function nameOf(config: Tree): string {
  return textOf(entriesOf(config).get('name')) ?? '';
}

function textOf(tree: Tree | undefined): string | undefined {
  if (tree?.kind === 'number') return tree.text;
  return tree?.kind === 'plain' ? String(tree.value) : undefined;
}

function violation(text: string): Violation {
  return { invariant: 4, text };
}
