import { CodecError } from '../../codec/codec-error';
import type { CheckName, Finding } from '../../decision/checks';
import { rancherQueue } from '../../workflows/contract';
import type { ExaminableEnvironment } from '../../worker/examine-configuration';
import { DroverError } from '../errors/drover-error';
import { examineEnvironment } from '../temporal/examine-environment';
import type { WorkerAnswer } from '../temporal/examine-environment';
import { UnreadQuestionError } from '../temporal/unread-question';
import type { ReachedTemporal } from './examine-temporal';
import { codecAgrees, codecLacksKey, codecNotShared } from './codec-finding';
import { finding, LATE, within } from './finding';
import { polledFinding } from './polled-finding';

/** Longer than Rancher is given, so that the better words come through. */
const RANCHER_LIMIT_MILLIS = 12_000;
const WORKER_LIMIT_MILLIS = 20_000;
const OF_RANCHER: readonly CheckName[] = [
  'rancher',
  'rancher-key',
  'rancher-project',
  'rancher-role',
  'rancher-clock',
  'rancher-events',
];

/** What was found out about one environment. */
export interface AliasExamined {
  readonly alias: string;
  readonly findings: readonly Finding[];
  /** Which project it is, over all servers; null where that is not known. */
  readonly project: string | null;
  /** How far Temporal's clock is from ours, milliseconds; null where it was not told. */
  readonly clockMillis: number | null;
}

/**
 * Looks at one environment: from here, where its keys are here, and through its worker, where that answers. What only the worker sees
 * go wrong is told as what the worker sees.
 */
export async function examineAlias(
  alias: string,
  local: ExaminableEnvironment | null,
  temporal: Promise<ReachedTemporal | null>,
  version: string,
): Promise<AliasExamined> {
  const [direct, asked] = await Promise.all([
    fromHere(alias, local),
    temporal.then((reached) => throughWorker(alias, reached, version)),
  ]);
  const { answer } = asked;
  const seen = answer?.examined.findings ?? null;
  const why =
    direct === null && seen === null
      ? 'it takes the keys, and no worker answers: run this command where they are'
      : 'it could not be looked at: see above';
  const rancher = OF_RANCHER.map((check) => {
    const own = direct?.findings.find((one) => one.check === check);
    const its = seen?.find((one) => one.check === check);
    const isOnlyThere = its?.status === 'failed' && own !== undefined && own.status !== 'failed';
    if (its !== undefined && isOnlyThere) return { ...its, text: `as the worker sees it: ${its.text}` };
    return own ?? its ?? finding(check, alias, 'skipped', why);
  });
  return {
    alias,
    findings: [keysFinding(alias, local, seen), ...rancher, ...asked.findings],
    project: direct?.project ?? answer?.examined.project ?? null,
    clockMillis: answer?.clockMillis ?? null,
  };
}

function keysFinding(alias: string, local: ExaminableEnvironment | null, seen: readonly Finding[] | null): Finding {
  // What a configuration here names has to be there, whoever else has it: a worker of this machine would not start.
  if (local !== null && local.isNamed && local.keys.status === 'failed') return local.keys;
  const its = seen?.find(({ check }) => check === 'keys');
  if (its !== undefined) return { ...its, text: `as the worker sees it: ${its.text}` };
  if (local === null)
    return finding('keys', alias, 'skipped', 'no configuration of it is here: its worker has the keys');
  if (local.keys.status !== 'failed' || seen === null) return local.keys;
  return finding(
    'keys',
    alias,
    'skipped',
    `not on this machine (${local.keys.text}); its worker answers, and has them`,
  );
}

type Direct = Awaited<ReturnType<NonNullable<ExaminableEnvironment['examine']>>>;

async function fromHere(alias: string, local: ExaminableEnvironment | null): Promise<Direct | null> {
  if (local === null || local.examine === null) return null;
  const examined = await within(RANCHER_LIMIT_MILLIS, local.examine());
  if (examined !== LATE) return examined;
  const text = 'no answer in time';
  return {
    findings: [
      finding('rancher', alias, 'failed', text, 'look whether its address answers: rancher.url in drover.yaml'),
    ],
    project: null,
  };
}

const UNREAD = 'what the worker says cannot be read: see codec';

interface Asked {
  readonly findings: readonly Finding[];
  readonly answer: WorkerAnswer | null;
}

async function throughWorker(alias: string, temporal: ReachedTemporal | null, version: string): Promise<Asked> {
  const skipped = (check: CheckName, why: string): Finding => finding(check, alias, 'skipped', why);
  if (temporal === null) {
    const why = 'Temporal cannot be asked: see above';
    return { findings: [skipped('worker', why), skipped('worker-version', why)], answer: null };
  }
  const queue = { check: 'worker', environment: alias, queue: rancherQueue(alias) } as const;
  const looked = await within(
    WORKER_LIMIT_MILLIS,
    polledFinding(temporal.connection, temporal.namespace, queue).catch((error: unknown) => lost(alias, error)),
  );
  const polled = looked === LATE ? lost(alias, 'no answer in time') : looked;
  if (polled.status === 'failed' || !temporal.takesWorkflows)
    return { findings: [polled, skipped('worker-version', 'no worker can be asked: see above')], answer: null };
  if (!temporal.hasKeys) return { findings: [polled, skipped('worker-version', UNREAD)], answer: null };
  try {
    const answer = await within(WORKER_LIMIT_MILLIS, examineEnvironment(temporal.client, alias));
    if (answer !== LATE)
      return { findings: [polled, versionFinding(alias, answer, version), codecAgrees(alias)], answer };
    return { findings: [polled, silent(alias, 'no answer in time')], answer: null };
  } catch (error) {
    const codec =
      error instanceof UnreadQuestionError
        ? codecNotShared(alias, error.question)
        : error instanceof CodecError
          ? codecLacksKey(alias, error)
          : null;
    if (codec !== null) return { findings: [polled, codec, skipped('worker-version', UNREAD)], answer: null };
    if (!(error instanceof DroverError)) throw error;
    return { findings: [polled, silent(alias, error.message)], answer: null };
  }
}

function lost(alias: string, error: unknown): Finding {
  const text = error instanceof Error ? error.message : String(error);
  return finding('worker', alias, 'failed', text, "look at the log of Temporal's server; then: drover doctor");
}

function silent(alias: string, why: string): Finding {
  return finding(
    'worker-version',
    alias,
    'failed',
    `the worker did not answer: ${why} One of an older version does not know the question`,
    `look at the worker's log, install this version there, and start it again: drover worker --environments ${alias}`,
  );
}

function versionFinding(alias: string, { examined }: WorkerAnswer, version: string): Finding {
  const theirs = examined.version ?? 'a version that it does not tell';
  if (examined.version === version)
    return finding('worker-version', alias, 'ok', `worker ${theirs} on Node.js ${examined.node}, as this command`);
  return finding(
    'worker-version',
    alias,
    'warning',
    `the worker is ${theirs}, this command ${version}`,
    `install ${version} for the worker too, and start it again`,
  );
}
