import type { Client, Connection } from '@temporalio/client';
import { isAtLeast, LEAST_RETENTION_MILLIS, LEAST_TEMPORAL } from '../../decision/checks';
import type { CheckName, Finding } from '../../decision/checks';
import { SEARCH_ATTRIBUTES, WORKFLOW_QUEUE } from '../../workflows/contract';
import { DroverError } from '../errors/drover-error';
import { connectToTemporal } from '../temporal/connect';
import type { ConnectionSettings } from '../temporal/connection-settings';
import { grpcTroubleOf } from '../temporal/grpc-trouble';
import { webUrlFor } from '../temporal/web-link';
import { codecHere } from './codec-finding';
import { finding, LATE, within } from './finding';
import { polledFinding } from './polled-finding';

/** For each of the checks, milliseconds. */
const LIMIT_MILLIS = 10_000;
const WEB_LIMIT_MILLIS = 3_000;
/** `INDEXED_VALUE_TYPE_KEYWORD`. */
const KEYWORD = 2;
const DAY_MILLIS = 86_400_000;
const OF_NAMESPACE: readonly CheckName[] = ['search-attributes', 'retention', 'workflow-worker'];

/** A Temporal that answers, and has the namespace. */
export interface ReachedTemporal {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  /** Whether somebody takes workflows. */
  readonly takesWorkflows: boolean;
  /** Whether the codec's keys, where there are any, can be read here. */
  readonly hasKeys: boolean;
}

/** What was found out about Temporal. */
export interface TemporalExamined {
  readonly findings: readonly Finding[];
  /** Null where it does not answer, or the namespace is missing. */
  readonly reached: ReachedTemporal | null;
  readonly close: () => Promise<void>;
}

type ServerExamined = Omit<TemporalExamined, 'reached'> & {
  readonly reached: Omit<ReachedTemporal, 'hasKeys'> | null;
};

/** Looks at Temporal. It only reads. */
export async function examineTemporal(settings: ConnectionSettings): Promise<TemporalExamined> {
  const codec = codecHere(settings.codecKeys);
  const hasKeys = codec.status !== 'failed';
  // What needs no key is told all the same.
  const examined = await examineServer(hasKeys ? settings : { ...settings, codecKeys: undefined });
  const reached = examined.reached === null ? null : { ...examined.reached, hasKeys };
  return { ...examined, findings: [codec, ...examined.findings], reached };
}

async function examineServer(settings: ConnectionSettings): Promise<ServerExamined> {
  const web = webFinding(settings);
  const opened = await open(settings);
  if ('check' in opened) {
    const rest = (['temporal-version', 'temporal-web', 'namespace', ...OF_NAMESPACE] as const).map((check) =>
      finding(check, null, 'skipped', 'Temporal does not answer: see above'),
    );
    return { findings: [opened, ...rest], reached: null, close: () => Promise.resolve() };
  }
  const { connection, client, close } = opened;
  const { address, from, namespace } = settings;
  const tls = settings.options.tls === undefined || settings.options.tls === false ? '' : ' over TLS';
  const findings = [finding('temporal', null, 'ok', `answers at ${address}${tls} (from ${from})`)];
  const [version, found] = await Promise.all([
    look('temporal-version', () => versionFinding(connection)),
    namespaceFindings(connection, settings),
    web.then((one) => findings.push(one)),
  ]);
  findings.push(version, ...found);
  if (found[0]?.status !== 'ok' && found[0]?.status !== 'skipped') {
    const skipped = OF_NAMESPACE.filter((check) => found.every((one) => one.check !== check));
    findings.push(...skipped.map((check) => finding(check, null, 'skipped', 'the namespace is not there: see above')));
    return { findings, reached: null, close };
  }
  const [attributes, workers] = await Promise.all([
    look('search-attributes', () => attributesFinding(connection, namespace)),
    look('workflow-worker', () =>
      polledFinding(connection, namespace, { check: 'workflow-worker', environment: null, queue: WORKFLOW_QUEUE }),
    ),
  ]);
  findings.push(attributes, workers);
  return { findings, reached: { client, connection, namespace, takesWorkflows: workers.status !== 'failed' }, close };
}

type Opened = Awaited<ReturnType<typeof connectToTemporal>>;

async function open(settings: ConnectionSettings): Promise<Opened | Finding> {
  try {
    const opened = await within(LIMIT_MILLIS, connectToTemporal(settings));
    if (opened !== LATE) return opened;
    return finding('temporal', null, 'failed', `no answer from ${settings.address} in time`, mendOf('no answer'));
  } catch (error) {
    if (!(error instanceof DroverError)) throw error;
    const text = error.message.replace(/ Nothing was started\.$/, '');
    return finding('temporal', null, 'failed', text, mendOf(text));
  }
}

function mendOf(text: string): string {
  if (/certificate/.test(text))
    return 'TEMPORAL_TLS_SERVER_CA_CERT_PATH=FILE.pem, the authority that signed it, or TEMPORAL_TLS_SERVER_NAME, the name that it is for';
  if (/TLS/.test(text))
    return 'TEMPORAL_TLS=true where the server speaks TLS, and no TEMPORAL_TLS… where it does not; or TEMPORAL_ADDRESS, where another program has that port';
  return 'start Temporal there (on this machine: drover dev), or set TEMPORAL_ADDRESS=host:port to where it runs';
}

/** One check, bounded in time; what the credentials may not look at is skipped. */
async function look(check: CheckName, work: () => Promise<Finding>): Promise<Finding> {
  try {
    const found = await within(LIMIT_MILLIS, work());
    return found === LATE
      ? finding(check, null, 'failed', 'no answer in time', "look at the log of Temporal's server; then: drover doctor")
      : found;
  } catch (error) {
    const failed = grpcTroubleOf(error);
    if (failed?.trouble === 'not allowed')
      return finding(check, null, 'skipped', `these credentials may not look: ${failed.details}`);
    const details = failed?.details ?? (error instanceof Error ? error.message : String(error));
    return finding(check, null, 'failed', details, "look at the log of Temporal's server; then: drover doctor");
  }
}

async function versionFinding(connection: Connection): Promise<Finding> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  if (isAtLeast(serverVersion, LEAST_TEMPORAL))
    return finding('temporal-version', null, 'ok', `server ${serverVersion}`);
  return finding(
    'temporal-version',
    null,
    'warning',
    `server ${serverVersion === '' ? 'of a version that it does not tell' : serverVersion}; Drover is tried with ${LEAST_TEMPORAL} and newer`,
    "update Temporal's server",
  );
}

/** The namespace's own finding first, then, where it may be looked at, its retention. */
async function namespaceFindings(connection: Connection, settings: ConnectionSettings): Promise<Finding[]> {
  const { namespace, address } = settings;
  const findings: Finding[] = [];
  const own = await look('namespace', async () => {
    try {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      findings.push(retentionFinding(namespace, Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000));
      return finding('namespace', null, 'ok', namespace);
    } catch (error) {
      if (grpcTroubleOf(error)?.trouble !== 'not found') throw error;
      const text = `Temporal at ${address} has no namespace ${namespace}`;
      return finding('namespace', null, 'failed', text, `drover setup --create-namespace --namespace ${namespace}`);
    }
  });
  if (own.status === 'skipped') findings.push({ ...own, check: 'retention' });
  return [own, ...findings];
}

function retentionFinding(namespace: string, millis: number): Finding {
  const days = String(Number((millis / DAY_MILLIS).toFixed(1)));
  const kept = `deployments that are over are kept for ${days} ${days === '1' ? 'day' : 'days'}`;
  if (millis >= LEAST_RETENTION_MILLIS) return finding('retention', null, 'ok', kept);
  return finding(
    'retention',
    null,
    'warning',
    `${kept}: a request id that is older deploys anew, and "drover audit" does not find it any more`,
    `temporal operator namespace update --namespace ${namespace} --retention 720h`,
  );
}

async function attributesFinding(connection: Connection, namespace: string): Promise<Finding> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const known = new Map(Object.entries(customAttributes ?? {}).map(([name, type]): [string, number] => [name, type]));
  const others = SEARCH_ATTRIBUTES.filter((name) => known.has(name) && known.get(name) !== KEYWORD);
  if (others.length > 0) {
    const names = others.map((name) => `--name ${name}`).join(' ');
    return finding(
      'search-attributes',
      null,
      'failed',
      `of another type than Keyword: ${others.join(', ')}; no deployment can be started`,
      `temporal operator search-attribute remove --namespace ${namespace} ${names}; then: drover setup --namespace ${namespace}`,
    );
  }
  const missing = SEARCH_ATTRIBUTES.filter((name) => !known.has(name));
  if (missing.length === 0)
    return finding('search-attributes', null, 'ok', `all ${String(SEARCH_ATTRIBUTES.length)} are registered`);
  const text = `not registered: ${missing.join(', ')}; no deployment can be started`;
  return finding('search-attributes', null, 'failed', text, `drover setup --namespace ${namespace}`);
}

async function webFinding({ webUrl, address }: ConnectionSettings): Promise<Finding> {
  const url = webUrlFor(webUrl, address);
  const mend = 'temporal.webUrl in drover.yaml, or TEMPORAL_UI_URL';
  if (url === undefined)
    return finding('temporal-web', null, 'warning', 'its address is not known: no links into it are printed', mend);
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(WEB_LIMIT_MILLIS), redirect: 'manual' });
    if (status < 500) return finding('temporal-web', null, 'ok', url);
    return finding('temporal-web', null, 'warning', `${url} answers with ${String(status)}`, mend);
  } catch {
    return finding('temporal-web', null, 'warning', `${url} does not answer this machine`, mend);
  }
}
