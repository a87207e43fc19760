import { FAILURE_TYPES } from '../../activities/failure-types';
import { CHECKS } from '../../decision/checks';
import type { InterventionKind } from '../../decision/intervention';
import { INTERVENTION_NAMES, INTERVENTION_TABLE, meaningOf } from '../../decision/intervention';
import type { Phase } from '../../decision/phase';
import { PHASES } from '../../decision/phase';
import { CONFIRM, DEFAULT_POLICY, ON_EXPIRY, ON_PENDING } from '../../decision/policy';
import type { Policy } from '../../decision/policy';
import { releaseMeaningOf } from '../../decision/release-intervention';
import { VERDICTS } from '../../decision/verdict';
import { formatDuration } from '../../worker/config/duration';
import { ACTIVITY_OPTIONS } from '../../workflows/activity-options';
import { DIALECT_NAMES, optionOf } from '../../client/gitlab-deploy/dialect-options';
import { METRICS } from '../../workflows/metric-table';
import type { Metric } from '../../workflows/metric-table';
import { RELEASE_PHASES } from '../../workflows/release-contract';
import { coverage } from '../contract/coverage';
import { MUTANTS } from '../mutation/mutants';
import { documentedRows, tableName } from '../e2e/truth-table/documented';
import { THEMES } from '../e2e/truth-table/table';
import { droverYamlRows } from './drover-yaml';

/** A table in a document, between the markers `<!-- name -->` and `<!-- /name -->`, made from the code that it describes. */
export interface DocumentedTable {
  readonly file: string;
  readonly name: string;
  readonly lines: readonly string[];
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const head = (...cells: readonly string[]): string[] => [row(...cells), row(...cells.map(() => '---'))];

const LIMITS: Readonly<Partial<Record<keyof Policy, readonly [key: string, meaning: string]>>> = {
  stallLimitMillis: ['stallLimit', 'without progress for so long (outages not counted), it is rolled back'],
  timeoutMillis: ['timeout', 'the cap from the start to the finish; waiting for people is not counted'],
  settleLimitMillis: ['settleLimit', "how long a busy service, or somebody else's pending upgrade, is waited for"],
  soakMillis: ['soak', 'how long the new containers must stay proven before the finish'],
  rollbackLimitMillis: ['rollbackLimit', 'a rollback that gets nowhere for so long parks'],
  finishLimitMillis: ['finishLimit', 'a finish that gets nowhere for so long parks'],
  confirmLimitMillis: ['confirmLimit', 'an upgrade that nobody confirms for so long: `onExpiry` decides'],
  parkLimitMillis: ['parkLimit', 'a parked deployment for which nobody comes ends as `needs-attention`'],
  reachLimitMillis: ['reachLimit', 'Rancher or the worker away for so long before anything was posted: `unreachable`'],
  outageLimitMillis: ['outageLimit', 'away for so long after that: it parks'],
  requestTimeoutMillis: ['requestTimeout', 'one request to Rancher, body included'],
  pollMinMillis: ['pollMin', 'the shortest pause between two reads'],
  pollMaxMillis: ['pollMax', 'the longest pause between two reads'],
};

function limits(): string[] {
  return Object.entries(LIMITS).map(([field, [key, meaning]]) => {
    const value = DEFAULT_POLICY[field as keyof Policy];
    return row(`\`${key}\``, formatDuration(Number(value)), meaning);
  });
}

function policy(): string[] {
  const { onPending, strategy, maxRounds, maxRestarts, confirm, onExpiry } = DEFAULT_POLICY;
  return [
    row(
      '`onPending`',
      `\`${onPending}\``,
      `what to do with somebody else's pending upgrade: ${ON_PENDING.map((one) => `\`${one}\``).join(', ')}`,
    ),
    row('`batchSize`', String(strategy.batchSize), 'containers replaced at a time'),
    row('`batchInterval`', formatDuration(strategy.batchIntervalMillis), 'pause between batches, at least 100 ms'),
    row(
      '`startFirst`',
      String(strategy.startFirst),
      'start a new container before the old one is stopped; not with `retainIp`',
    ),
    row('`maxRestarts`', String(maxRestarts), 'how often the new containers may be started again before the finish'),
    row(
      '`confirm`',
      `\`${confirm}\``,
      `whether a person confirms each upgrade (as \`--hold\` asks for one): ${CONFIRM.map((one) => `\`${one}\``).join(', ')}`,
    ),
    row(
      '`onExpiry`',
      `\`${onExpiry}\``,
      `what a confirmation that nobody gave leads to: ${ON_EXPIRY.map((one) => `\`${one}\``).join(', ')}`,
    ),
    row('`maxRounds`', String(maxRounds), 'upgrades that one deployment posts at most (`retry`)'),
  ];
}

/** Activity options are functions of two limits: shown with symbols, found by trying two values. */
function activities(): string[] {
  const shown = (of: (requestTimeoutMillis: number) => number | undefined): string => {
    const [one, two] = [of(10_000), of(20_000)];
    if (one === undefined || two === undefined) return 'none';
    const factor = (two - one) / 10_000;
    const rest = one - factor * 10_000;
    if (factor === 0) return formatDuration(one);
    return `${factor} × requestTimeout${rest === 0 ? '' : ` + ${formatDuration(rest)}`}`;
  };
  const USES: Readonly<Record<keyof typeof ACTIVITY_OPTIONS, string>> = {
    loadPolicy: 'the policy',
    resolveTarget: 'finding the service; `--plan`; `drover orphans`; reading a stack',
    look: 'reading the service; preparing an upgrade',
    outage: 'the same, in a known outage',
    check: 'checking a gate of your own (here of 10 s)',
    glance: 'looking what is wrong, before something is undone; `drover doctor`',
    deliver: 'telling people',
    readDecision: 'reading what was decided for a release, and whether it goes on',
    copy: 'making a service that is missing; removing it again',
    act: 'posting, finishing, rolling back, settling, deactivating',
  };
  return (Object.keys(ACTIVITY_OPTIONS) as (keyof typeof ACTIVITY_OPTIONS)[]).map((group) => {
    const options = (requestTimeoutMillis: number): Readonly<Record<string, unknown>> =>
      ACTIVITY_OPTIONS[group]({ requestTimeoutMillis, reachLimitMillis: DEFAULT_POLICY.reachLimitMillis });
    const time = (name: string): string =>
      shown((requestTimeoutMillis) => {
        const value = options(requestTimeoutMillis)[name];
        return typeof value === 'number' ? value : undefined;
      });
    const retry = options(1)['retry'];
    const attempts =
      typeof retry === 'object' && retry !== null && 'maximumAttempts' in retry
        ? String(retry.maximumAttempts)
        : 'until its time is over';
    const toStart = time('scheduleToStartTimeout');
    return row(
      USES[group],
      toStart,
      time('startToCloseTimeout'),
      time('scheduleToCloseTimeout'),
      time('heartbeatTimeout'),
      attempts,
    );
  });
}

/** What a message means to a release that decided nothing else than its phase says. */
function releaseInterventions(): string[] {
  return RELEASE_PHASES.map((phase) => {
    const decision = phase === 'finishing' ? 'commit' : phase === 'rolling-back' ? 'roll-back' : null;
    const cells = INTERVENTION_NAMES.map((name) => {
      const [calm, parked] = [false, true].map((isParked) => releaseMeaningOf(name, phase, decision, isParked));
      const text = ({ accepted, meaning }: { accepted: boolean; meaning: string }): string =>
        accepted ? meaning : `refused: ${meaning}`;
      if (calm === undefined || parked === undefined) throw new Error('two were asked for');
      return calm.meaning === parked.meaning ? text(calm) : `where one is parked: ${text(parked)}; else ${text(calm)}`;
    });
    return row(`\`${phase}\``, ...cells);
  });
}

/** What becomes of each option of `rancher-gitlab-deploy`. */
function dialect(): string[] {
  return DIALECT_NAMES.map((name) => {
    const { takes, variable, treatment, does, no } = optionOf(name);
    const called = `\`--${name}\`${takes === 'switch' ? `, \`--no-${name}\`` : ''}`;
    const off = no === undefined ? '' : `<br>\`--no-${name}\`: ${no.does}`;
    const treated =
      no === undefined || no.treatment === treatment ? treatment : `${treatment}; \`no\`: ${no.treatment}`;
    return row(called, variable === undefined ? '' : `\`${variable}\``, treated, `${does}${off}`);
  });
}

function interventionCell(phase: Phase, name: InterventionKind): string {
  const { accepted, meaning } = INTERVENTION_TABLE[phase][name];
  const limit = DEFAULT_POLICY.maxRounds;
  const last = meaningOf(name, phase, false, { rounds: { posted: limit, limit } });
  const inTheLast = last.accepted === accepted ? '' : `; in the last round refused: ${last.meaning}`;
  return `${accepted ? meaning : `refused: ${meaning}`}${inTheLast}`;
}

/** All tables that documents take from the code. */
export const TABLES: readonly DocumentedTable[] = [
  {
    file: 'docs/stepping-in.md',
    name: 'interventions',
    lines: [
      ...head('phase', ...INTERVENTION_NAMES.map((name) => `\`${name}\``)),
      ...PHASES.map((phase) => row(`\`${phase}\``, ...INTERVENTION_NAMES.map((name) => interventionCell(phase, name)))),
    ],
  },
  {
    file: 'docs/stepping-in.md',
    name: 'release-interventions',
    lines: [...head('phase', ...INTERVENTION_NAMES.map((name) => `\`${name}\``)), ...releaseInterventions()],
  },
  {
    file: 'docs/how-a-deployment-works.md',
    name: 'verdicts',
    lines: [
      ...head('exit code', 'verdict', 'meaning'),
      ...Object.entries(VERDICTS).map(([verdict, { exitCode, meaning }]) =>
        row(String(exitCode), `\`${verdict}\``, meaning),
      ),
    ],
  },
  {
    file: 'docs/reliability.md',
    name: 'mutants',
    lines: [
      ...head('invariant', 'what goes wrong then', 'changed in', 'name', 'caught by'),
      ...MUTANTS.map(({ invariant, breaks, file, name, caughtBy }) =>
        row(
          String(invariant),
          breaks,
          `\`${file}\``,
          `\`${name}\``,
          caughtBy
            .filter((word) => word.startsWith('test/'))
            .map((path) => `\`${path}\``)
            .join(', '),
        ),
      ),
    ],
  },
  { file: 'docs/time-outs.md', name: 'limits', lines: [...head('key', 'default', 'meaning'), ...limits()] },
  {
    file: 'docs/time-outs.md',
    name: 'activities',
    lines: [
      ...head('activity', 'schedule to start', 'start to close', 'schedule to close', 'heartbeat', 'attempts'),
      ...activities(),
    ],
  },
  {
    file: 'docs/time-outs.md',
    name: 'failures',
    lines: [
      ...head('failure', 'retried'),
      ...Object.entries(FAILURE_TYPES).map(([type, { retry }]) => row(`\`${type}\``, retry ? 'yes' : 'no')),
    ],
  },
  ...THEMES.map((theme) => {
    const [titles = [], ...rows] = documentedRows(theme);
    return {
      file: 'docs/verdicts.md',
      name: tableName(theme),
      lines: [...head(...titles), ...rows.map((cells) => row(...cells))],
    };
  }),
  {
    file: 'docs/doctor.md',
    name: 'checks',
    lines: [
      ...head('check', 'what has to hold', 'what mends it'),
      ...Object.entries(CHECKS).map(([name, { looks, mend }]) => row(`\`${name}\``, looks, mend)),
    ],
  },
  {
    file: 'docs/moving-from-rancher-gitlab-deploy.md',
    name: 'dialect',
    lines: [...head('option', 'variable', 'is', 'what becomes of it'), ...dialect()],
  },
  {
    file: 'docs/drover-yaml.md',
    name: 'keys',
    lines: [...head('key', 'what it holds', 'what it is for'), ...droverYamlRows().map((cells) => row(...cells))],
  },
  { file: 'docs/configuration.md', name: 'policy', lines: [...head('key', 'default', 'meaning'), ...policy()] },
  {
    file: 'docs/metrics.md',
    name: 'metrics',
    lines: [
      ...head('name', 'type', 'labels', 'meaning'),
      ...Object.entries<Metric>(METRICS).map(([name, { type, labels, help }]) =>
        row(`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help),
      ),
    ],
  },
  {
    file: 'docs/simulator.md',
    name: 'recordings',
    lines: [
      ...head('recording', 'replayed', 'left out, and why'),
      ...Object.entries(coverage).map(([name, entry]) =>
        row(name, entry.replayed ? 'yes' : 'no', entry.replayed ? (entry.leftOut ?? '') : entry.reason),
      ),
    ],
  },
];
