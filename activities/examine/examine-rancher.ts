import { CLOCK_TOLERANCE_MILLIS, clockDifference } from '../../decision/checks';
import type { CheckName, CheckStatus, Finding } from '../../decision/checks';
import { RancherError } from '../../rancher/errors/rancher-error';
import type { RancherClient } from '../../rancher/rancher-client';
import type { Project } from '../../rancher/resources';
import type { EnvironmentAccess } from '../dependencies';

/** Services that are looked at for what the key may do. */
const SAMPLE = 20;
/** Kinds on which a key that may upgrade is offered it. */
const UPGRADABLE = ['service', 'loadBalancerService', 'dnsService', 'externalService'];
const NEW_KEY = 'in Rancher, API, Keys, Advanced Options: add an environment API key, and put it where';
const AFTER = 'it could not be looked at: see above';
/** In the order in which they are told. */
const TOLD: readonly CheckName[] = [
  'rancher',
  'rancher-key',
  'rancher-project',
  'rancher-role',
  'rancher-clock',
  'rancher-events',
];

/** What was found out about an environment's Rancher. */
export interface RancherExamined {
  readonly findings: readonly Finding[];
  /** Which project it is, over all servers: its address and id; null where that is not known. */
  readonly project: string | null;
}

type Access = Pick<EnvironmentAccess, 'alias' | 'project' | 'webUrl' | 'client' | 'events'>;

/** Looks at an environment's Rancher with its key. It only reads; no finding repeats a key or a value of a service. */
export async function examineRancher(access: Access, signal: AbortSignal): Promise<RancherExamined> {
  const notes = new Notes(access.alias);
  const client = access.client();
  const project = await examineWith(client, access, notes, signal);
  notes.skipTheRest();
  return { findings: notes.findings(), project: project === null ? null : `${access.webUrl} ${project.id}` };
}

/** Findings by their checks. */
class Notes {
  readonly #found = new Map<CheckName, Finding>();

  constructor(private readonly environment: string) {}

  put(check: CheckName, status: CheckStatus, text: string, mend = ''): void {
    this.#found.set(check, { check, environment: this.environment, status, text, mend });
  }

  skipTheRest(): void {
    for (const check of TOLD) if (!this.#found.has(check)) this.put(check, 'skipped', AFTER);
  }

  findings(): Finding[] {
    return TOLD.flatMap((check) => this.#found.get(check) ?? []);
  }
}

async function examineWith(
  client: RancherClient,
  access: Access,
  notes: Notes,
  signal: AbortSignal,
): Promise<Project | null> {
  try {
    const { askedAt, serverAt, answeredAt } = await client.clock(signal);
    notes.put('rancher', 'ok', `${access.webUrl} answers as Rancher 1.6 does (v2-beta)`);
    notes.put('rancher-key', 'ok', 'Rancher accepts the key');
    if (serverAt === null) notes.put('rancher-clock', 'skipped', 'its answers have no date');
    // It tells whole seconds: up to one of them may have passed.
    else noteClock(notes, clockDifference(askedAt - 1000, serverAt, answeredAt));
  } catch (error) {
    noteNoAnswer(notes, access, error);
    return null;
  }
  let project: Project;
  try {
    project = await client.lookUpProject(access.project, signal);
  } catch (error) {
    const mend = `environments.${access.alias}.project in drover.yaml (or RANCHER_ENVIRONMENT): a name or id that the key sees`;
    notes.put('rancher-project', 'failed', wordsOf(error, signal), mend);
    return null;
  }
  notes.put('rancher-project', 'ok', `${project.name} (${project.id})`);
  await Promise.all([noteRole(notes, client, project, signal), noteEvents(notes, client, access, project, signal)]);
  return project;
}

function noteNoAnswer(notes: Notes, access: Access, error: unknown): void {
  const { alias, webUrl } = access;
  if (!(error instanceof RancherError)) throw error;
  const { message, outcome, code = '' } = error;
  if (outcome === 'unauthorised' || outcome === 'forbidden') {
    notes.put('rancher', 'ok', `${webUrl} answers as Rancher 1.6 does (v2-beta)`);
    notes.put(
      'rancher-key',
      'failed',
      message,
      `${NEW_KEY} environments.${alias}.rancher.accessKey and .secretKey in drover.yaml (or RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY) are read`,
    );
    return;
  }
  const isOfTrust = /SELF_SIGNED|UNABLE_TO/.test(code);
  const isOfUrl = outcome === 'not-sent' || outcome === 'not-rancher';
  const mend = isOfTrust
    ? `rancher.ca: FILE.pem in drover.yaml (or RANCHER_CA_FILE), the authority that signed its certificate`
    : isOfUrl
      ? `rancher.url in drover.yaml (or RANCHER_URL): the address of Rancher itself. Try: curl -sS ${webUrl}/v2-beta`
      : `look at Rancher's own log and the proxy before it; then: drover doctor`;
  notes.put('rancher', 'failed', message, mend);
}

function noteClock(notes: Notes, differenceMillis: number): void {
  const seconds = Math.round(Math.abs(differenceMillis) / 1000);
  if (Math.abs(differenceMillis) <= CLOCK_TOLERANCE_MILLIS)
    return notes.put('rancher-clock', 'ok', seconds <= 1 ? "Rancher's clock agrees" : `within ${String(seconds)} s`);
  const way = differenceMillis > 0 ? 'ahead of' : 'behind';
  notes.put(
    'rancher-clock',
    'warning',
    `Rancher's clock is ${String(seconds)} s ${way} that of the machine that asks: times in reports and logs do not fit together`,
    'on the machine whose clock is wrong: timedatectl set-ntp true',
  );
}

async function noteRole(notes: Notes, client: RancherClient, project: Project, signal: AbortSignal): Promise<void> {
  try {
    const services = await client.someServices(project.id, 'active', SAMPLE, signal);
    const telling = services.filter(({ type }) => UPGRADABLE.includes(type));
    if (telling.length === 0)
      notes.put('rancher-role', 'skipped', 'no service is active: Rancher tells only there what the key may do');
    else if (telling.some(({ actions }) => Object.hasOwn(actions, 'upgrade')))
      notes.put('rancher-role', 'ok', 'the key may upgrade: Rancher offers it on an active service');
    else
      notes.put(
        'rancher-role',
        'failed',
        `the key may read, and not upgrade: Rancher offers "upgrade" on none of ${String(telling.length)} active services. It is the key of a read-only member`,
        'in Rancher, make the key as an owner, member or restricted member of the environment',
      );
  } catch (error) {
    notes.put('rancher-role', 'failed', wordsOf(error, signal), 'look at what Rancher says; then: drover doctor');
  }
}

async function noteEvents(
  notes: Notes,
  client: RancherClient,
  { webUrl, events }: Access,
  project: Project,
  signal: AbortSignal,
): Promise<void> {
  if (events === false) return notes.put('rancher-events', 'ok', 'not used: rancher.events is false');
  const why = await client.whyNoEvents(project.id, signal);
  if (why === undefined) return notes.put('rancher-events', 'ok', 'the event stream opens');
  notes.put(
    'rancher-events',
    'warning',
    `the event stream (a websocket) does not open: ${why}. Deployments work without it, by reading`,
    `let the proxy before ${webUrl} pass websockets (headers Upgrade and Connection) to /v2-beta/projects/${project.id}/subscribe`,
  );
}

function wordsOf(error: unknown, signal: AbortSignal): string {
  if (!(error instanceof RancherError)) throw error;
  return signal.aborted ? `no answer in time (${error.message})` : error.message;
}
