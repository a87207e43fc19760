import type { Evidence, Violation } from './evidence';
import { ourActions } from './evidence';

interface Config {
  readonly name?: string;
  readonly imageUuid?: string;
  readonly version?: string;
}

interface Service {
  readonly state?: string;
  readonly scale?: number;
  readonly type?: string;
  readonly launchConfig?: Config & { readonly labels?: Readonly<Record<string, string>> };
  readonly secondaryLaunchConfigs?: readonly Config[] | null;
}

/** Hosts of a simulated environment: so many containers a global service has. */
const HOSTS = 3;
const PRIMARY = '';

/** The service is left as the verdict tells: its state, its images, and containers of just that version, as many as its scale asks. */
export function finalState(evidence: Evidence): Violation[] {
  const { verdict } = evidence.outcome;
  const service = evidence.after.service as Service;
  const { state = '' } = service;
  const violations: Violation[] = [];
  const add = (text: string): void => void violations.push({ invariant: 'state', text });
  const { restingStates, serviceSeed } = evidence.case;
  if (!restingStates.includes(state)) add(`it was left ${state} and not ${restingStates.join(' or ')}`);
  const ours = ourActions(evidence);
  const posted = ours.some(({ action }) => action === 'upgrade');
  const base = serviceSeed.startOnCreate === false ? 'inactive' : 'active';
  switch (verdict) {
    case 'succeeded':
    case 'unchanged':
      if (state !== 'active') add(`it ${verdict} and is ${state}`);
      for (const text of wrongImages(service, wantedImages(evidence, verdict === 'succeeded'))) add(text);
      for (const text of wrongContainers(evidence, service)) add(text);
      break;
    case 'rolled-back':
    case 'cancelled':
      if (!posted) break;
      if (state !== base) add(`it was ${base}, was ${verdict}, and is ${state}`);
      for (const text of wrongImages(service, wantedImages(evidence, false))) add(text);
      if (base === 'active') for (const text of wrongContainers(evidence, service)) add(text);
      break;
    default:
      if (posted) add(`an upgrade was posted, and the verdict is ${verdict}`);
  }
  return violations;
}

/** Images by configuration: those that were there before our upgrade, with those that were asked for over them. */
function wantedImages(evidence: Evidence, upgraded: boolean): Map<string, string> {
  const { serviceSeed, input } = evidence.case;
  const ours = ourActions(evidence).map(({ action }) => action);
  const first = ours.indexOf('upgrade');
  const others = first < 0 ? ours : ours.slice(0, first);
  const pending = others.includes('finishupgrade') ? serviceSeed.pendingLaunchConfig : undefined;
  const images = new Map<string, string>();
  const put = (name: string, image: unknown): void => {
    if (typeof image === 'string') images.set(name, image);
  };
  put(PRIMARY, (pending ?? serviceSeed.launchConfig)['imageUuid']);
  for (const config of serviceSeed.secondaryLaunchConfigs ?? []) put(String(config['name']), config['imageUuid']);
  if (!upgraded) return images;
  if (input.image !== undefined) put(PRIMARY, `docker:${input.image}`);
  for (const [name, image] of Object.entries(input.sidekicks ?? {})) put(name, `docker:${image}`);
  return images;
}

function configsOf({ launchConfig, secondaryLaunchConfigs }: Service): Map<string, Config> {
  const configs = new Map<string, Config>(launchConfig === undefined ? [] : [[PRIMARY, launchConfig]]);
  for (const config of secondaryLaunchConfigs ?? []) configs.set(config.name ?? '', config);
  return configs;
}

function wrongImages(service: Service, wanted: ReadonlyMap<string, string>): string[] {
  const configs = configsOf(service);
  return [...wanted].flatMap(([name, image]) => {
    const is = configs.get(name)?.imageUuid;
    return is === image ? [] : [`${name === PRIMARY ? 'the primary' : name} has ${String(is)} and not ${image}`];
  });
}

function wrongContainers({ after }: Evidence, service: Service): string[] {
  const isGlobal = service.launchConfig?.labels?.['io.rancher.scheduler.global'] === 'true';
  const count = isGlobal ? HOSTS : (service.scale ?? 1);
  const wanted = [...configsOf(service)].flatMap(([, { imageUuid, version }]) =>
    Array.from({ length: count }, () => `${String(imageUuid)} ${String(version)} running`),
  );
  const is = after.instances.map(
    ({ imageUuid, version, state }) => `${String(imageUuid)} ${String(version)} ${String(state)}`,
  );
  const same = wanted.sort().join('\n') === is.sort().join('\n');
  return same ? [] : [`its containers are [${is.join(', ')}] and not [${wanted.join(', ')}]`];
}
