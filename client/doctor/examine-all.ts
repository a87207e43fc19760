import { CHECKS, CLOCK_TOLERANCE_MILLIS, isAtLeast, LEAST_NODE } from '../../decision/checks';
import type { CheckName, Finding } from '../../decision/checks';
import type { ExaminedConfiguration } from '../../worker/examine-configuration';
import { InvalidInputError } from '../errors/invalid-input-error';
import { connectionSettings } from '../temporal/connection-settings';
import type { ConnectionSettings, SettingsSources } from '../temporal/connection-settings';
import { examineAlias } from './examine-alias';
import type { AliasExamined } from './examine-alias';
import { examineTemporal } from './examine-temporal';
import type { TemporalExamined } from './examine-temporal';
import { finding } from './finding';

/** What {@link examineAll} is given. */
export interface ToExamine {
  readonly sources: SettingsSources;
  /** This machine's configuration, as a worker here would see it. */
  readonly configuration: ExaminedConfiguration;
  /** Aliases that are asked about; none: all that this machine's configuration has. */
  readonly aliases: readonly string[];
  /** Of this command. */
  readonly version: string;
  /** Of Node.js. */
  readonly nodeVersion: string;
}

/** Looks at everything, all at once, and answers in the order in which it is told. It changes nothing, and never hangs. */
export async function examineAll(input: ToExamine): Promise<readonly Finding[]> {
  const { configuration, version } = input;
  const examining = temporalOf(input);
  const reached = examining.then((one) => one.reached);
  try {
    const local = new Map(configuration.environments.map((one) => [one.alias, one]));
    const aliases = input.aliases.length > 0 ? input.aliases : [...local.keys()];
    const [temporal, ...examined] = await Promise.all([
      examining,
      ...aliases.map((alias) => examineAlias(alias, local.get(alias) ?? null, reached, version)),
    ]);
    const general = [
      nodeFinding(input.nodeVersion),
      ...configuration.findings,
      ...temporal.findings,
      ...(aliases.length === 0 ? [nobody()] : []),
      clockFinding(examined),
    ];
    return [...inOrder(general), ...examined.flatMap((one) => inOrder(withTwins(one, examined)))];
  } finally {
    await (await examining).close();
  }
}

async function temporalOf({ sources, configuration }: ToExamine): Promise<TemporalExamined> {
  let settings: ConnectionSettings;
  try {
    settings = connectionSettings(sources);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const isTold = configuration.findings.some(({ status }) => status === 'failed');
    const findings = isTold
      ? [finding('temporal', null, 'skipped', 'where it is cannot be read: see the configuration')]
      : error.problems.map(({ where, text, fix }) =>
          finding(where.endsWith('codec.keys') ? 'codec' : 'temporal', null, 'failed', `${where}: ${text}`, fix),
        );
    return { findings, reached: null, close: () => Promise.resolve() };
  }
  return examineTemporal(settings);
}

function nodeFinding(version: string): Finding {
  const text = `Node.js ${version}`;
  if (isAtLeast(version, LEAST_NODE)) return finding('node', null, 'ok', text);
  return finding(
    'node',
    null,
    'failed',
    `${text} is older than ${LEAST_NODE}, the oldest that Drover is made for`,
    `install Node.js ${LEAST_NODE} or newer, and start this command with it`,
  );
}

function nobody(): Finding {
  const text = 'no environment is named, and none is configured here';
  return finding('worker', null, 'skipped', text, 'drover doctor ENVIRONMENT, by its alias');
}

function clockFinding(examined: readonly AliasExamined[]): Finding {
  const told = examined.map(({ clockMillis }) => clockMillis).find((millis) => millis !== null);
  if (told === undefined || told === null)
    return finding('clock', null, 'skipped', 'Temporal tells its time only where a worker answers');
  if (Math.abs(told) <= CLOCK_TOLERANCE_MILLIS) return finding('clock', null, 'ok', "it agrees with Temporal's");
  const way = told > 0 ? 'behind' : 'ahead of';
  return finding(
    'clock',
    null,
    'warning',
    `this machine's clock is ${String(Math.round(Math.abs(told) / 1000))} s ${way} Temporal's: times that it prints are wrong`,
    'timedatectl set-ntp true, on the machine whose clock is wrong',
  );
}

/** Two aliases of one project could be deployed to at the same time: the workflow id would not keep them apart. */
function withTwins(one: AliasExamined, all: readonly AliasExamined[]): readonly Finding[] {
  const twin = all.find(({ alias, project }) => alias !== one.alias && project !== null && project === one.project);
  if (twin === undefined) return one.findings;
  return one.findings.map((found) =>
    found.check === 'rancher-project'
      ? finding(
          'rancher-project',
          one.alias,
          'failed',
          `${one.alias} and ${twin.alias} are the same environment of Rancher: a service could be deployed twice at a time`,
          `keep one of the two aliases under environments: in drover.yaml`,
        )
      : found,
  );
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const names = Object.keys(CHECKS) as CheckName[];
  return [...findings].sort((one, other) => names.indexOf(one.check) - names.indexOf(other.check));
}
