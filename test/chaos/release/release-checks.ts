import type { JournalEntry } from '../../../simulator/model';
import type { Failure } from './case-plan';
import { SEVENTH } from './case-plan';
import type { ReleaseSeen, ServiceSeen } from './seen';

/** How a release may end whose seventh service fails so. */
const VERDICTS: Readonly<Record<Failure, readonly string[]>> = {
  'never-starts': ['rolled-back'],
  'never-healthy': ['rolled-back'],
  crashes: ['rolled-back'],
  unschedulable: ['rolled-back'],
  'refused-by-rancher': ['rolled-back'],
  'moved-rollback': ['needs-attention'],
  'moved-finish': ['needs-attention'],
  'moved-upgrade': ['needs-attention'],
  'moved-delete': ['needs-attention'],
  'gate-fails': ['rolled-back'],
  busy: ['rolled-back', 'refused'],
  parks: ['cancelled'],
  cancelled: ['cancelled'],
};

/** Somebody else left the seventh as it is. */
const LEFT_ELSEWHERE: readonly Failure[] = ['moved-finish', 'moved-upgrade', 'moved-delete'];

/** What is wrong with a release and its services; empty where all is right. */
export function wrongWith(seen: ReleaseSeen): string[] {
  const { plan } = seen;
  const wrong = [...everywhere(seen)];
  switch (plan.kind) {
    case 'fails':
      return [...wrong, ...wrongWithFailing(seen, plan.failure)];
    case 'good':
      return [...wrong, ...allOn(seen, 'new'), ...verdictIs(seen, ['succeeded']), ...twoPhases(seen)];
    case 'by-hand':
      return [...wrong, ...oneSide(seen), ...twoPhases(seen)];
    default:
      throw new TypeError(`unknown case ${String(plan satisfies never)}`);
  }
}

/** Of Drover's own actions: each service is upgraded once at most. */
function* everywhere({ services, journal }: ReleaseSeen): Iterable<string> {
  for (const { name } of services) {
    const count = ours(journal, name, 'upgrade').filter(isOfRelease).length;
    if (count > 1) yield `${name} was upgraded ${count} times`;
  }
}

function* wrongWithFailing(seen: ReleaseSeen, failure: Failure): Iterable<string> {
  const { services, journal } = seen;
  const seventh = services[SEVENTH];
  for (const one of services) if (one !== seventh || !LEFT_ELSEWHERE.includes(failure)) yield* isBack(one);
  for (const { name, at } of journal.filter(isFinish)) yield `${name} was finished at ${at}`;
  yield* verdictIs(seen, VERDICTS[failure]);
  yield* inReverse(seen);
  if (seen.record?.decision === 'commit') yield 'it is recorded to finish';
}

/** What the services run is what the release says. */
function* verdictIs({ result }: ReleaseSeen, wanted: readonly string[]): Iterable<string> {
  if (result === null) yield 'the release told no verdict';
  else if (!wanted.includes(result.verdict))
    yield `the release is ${result.verdict} and not ${wanted.join(' or ')}: ${result.reason}`;
}

function* allOn({ services }: ReleaseSeen, side: 'new' | 'old'): Iterable<string> {
  for (const one of services) yield* side === 'new' ? isThere(one) : isBack(one);
}

/** All finished or all went back, as it was decided, and as the release says where it lived on. */
function* oneSide(seen: ReleaseSeen): Iterable<string> {
  const { services, record, result } = seen;
  const side = services.some(({ before, after }) => after.image !== before.image) ? 'new' : 'old';
  yield* allOn(seen, side);
  const decided = record === null ? 'old' : record.decision === 'commit' ? 'new' : 'old';
  if (decided !== side) yield `it was decided ${record?.decision ?? 'nothing'}, and ${side} images run`;
  if (result !== null && (result.verdict === 'succeeded') !== (side === 'new'))
    yield `the release is ${result.verdict}, and ${side} images run: ${result.reason}`;
  const bad = ['interfered', 'needs-attention'];
  for (const { name, verdict } of services)
    if (verdict !== null && bad.includes(verdict)) yield `the deployment of ${name} ended as ${verdict}`;
}

/** Nothing is finished before every upgrade was accepted, and the decision recorded. */
function* twoPhases({ journal, record, services }: ReleaseSeen): Iterable<string> {
  const first = journal.findIndex(isFinish);
  if (first < 0) return;
  const upgraded = new Set(journal.slice(0, first).flatMap((entry) => (isUpgrade(entry) ? [entry.name] : [])));
  const missing = services.filter(({ name }) => !upgraded.has(name)).map(({ name }) => name);
  if (missing.length > 0) yield `the first was finished, and not yet upgraded: ${missing.join(', ')}`;
  const at = Date.parse(journal[first]?.at ?? '');
  if (record === null) yield 'the first was finished, and nothing was decided';
  else if (record.at > at) yield `the first was finished ${record.at - at} ms before it was decided`;
}

/** What depends on others goes back first: a wave is as before, all of it, when the one before it begins to go back. */
function* inReverse({ services, journal, plan }: ReleaseSeen): Iterable<string> {
  const others = services.filter(
    (_one, at) => at !== SEVENTH || (plan.kind === 'fails' && plan.failure === 'cancelled'),
  );
  const begun = (name: string): number =>
    journal.findIndex((entry) => entry.name === name && isOurs(entry) && entry.action === 'rollback');
  const over = (name: string): number => {
    const found = journal.findIndex((entry, at) => entry.name === name && entry.to === 'active' && at > begun(name));
    return found < 0 ? Infinity : found;
  };
  const back = others.filter(({ name }) => begun(name) >= 0);
  for (const later of back)
    for (const earlier of back)
      if (later.wave > earlier.wave && over(later.name) > begun(earlier.name))
        yield `${earlier.name} (wave ${earlier.wave}) went back before ${later.name} (wave ${later.wave}) was as before`;
}

function* isBack({ name, before, after }: ServiceSeen): Iterable<string> {
  const [was, is] = [textOf(before), textOf(after)];
  if (was !== is) yield `${name} is not as before: ${is}; before: ${was}`;
}

function* isThere({ name, before, after, scale }: ServiceSeen): Iterable<string> {
  const { state, image, version, running } = after;
  if (state !== 'active') yield `${name} was left ${state}`;
  if (image === before.image || version === before.version) yield `${name} has ${image}, version ${version}`;
  const wanted = Array.from({ length: scale }, () => `${image} ${version}`);
  if (running.join() !== wanted.join()) yield `${name} runs [${running.join(', ')}] and not [${wanted.join(', ')}]`;
}

function textOf({ state, image, version, running }: ServiceSeen['before']): string {
  return `${state} ${image} ${version} [${running.join(', ')}]`;
}

const isOurs = ({ kind, by }: JournalEntry): boolean => kind === 'action' && by !== 'person';
const isFinish = (entry: JournalEntry): boolean => isOurs(entry) && entry.action === 'finishupgrade';
const isUpgrade = (entry: JournalEntry): boolean => isOurs(entry) && entry.action === 'upgrade';
/** To the tag of the release: whoever is busy with a service has another one. */
const isOfRelease = ({ rawBody = '' }: JournalEntry): boolean => rawBody.includes(':2"');

function ours(journal: readonly JournalEntry[], name: string, action: string): JournalEntry[] {
  return journal.filter((entry) => entry.name === name && isOurs(entry) && entry.action === action);
}
