import type { JsonObject, ServiceSeed, ServiceState, ServiceType } from '../../../simulator/world-seed';
import type { Canary } from '../../e2e/canaries';
import { seededCanary } from './planted-secrets';
import type { SeededRandom } from './random';

/** In which state a deployment finds the service. */
export type Start = 'active' | 'inactive' | 'upgraded' | 'upgraded-to-ours' | 'canceled-upgrade' | 'upgrading';

/** A generated service, and what its deployment has to know of it. */
export interface GeneratedService {
  readonly seed: ServiceSeed;
  readonly start: Start;
  readonly type: ServiceType;
  readonly isGlobal: boolean;
  readonly hasHealthCheck: boolean;
  readonly sidekicks: readonly string[];
  readonly canaries: readonly Canary[];
}

/** An image of a service's own, so that behaviours of images do not meet. */
export function imageOf(service: string, config: string, tag: number): string {
  return `example/${service}${config === '' ? '' : `-${config}`}:${tag}`;
}

const SIDEKICKS = ['logger', 'proxy', 'cache'] as const;
const ODD_NUMBERS = [0, -1, 0.1, 1.5e300, 9_007_199_254_740_992, 1e21, 123_456_789_012_345_680_000, 5e-324] as const;
const ODD_TEXTS = [
  '',
  'ä é ñ',
  '日本語',
  '💥🚢',
  'ключ',
  '"quoted"',
  '\\',
  'a=b;c',
  '<&>',
  ' \t ',
  'null',
  '\u2028',
] as const;

export function generateService(random: SeededRandom, name: string): GeneratedService {
  const kind = random.weighted<'plain' | 'global' | ServiceType>([
    [84, 'plain'],
    [7, 'global'],
    [5, 'loadBalancerService'],
    [2, 'dnsService'],
    [2, 'externalService'],
  ]);
  const type: ServiceType = kind === 'plain' || kind === 'global' ? 'service' : kind;
  const hasContainers = type === 'service' || type === 'loadBalancerService';
  const isPlain = kind === 'plain';
  const start = isPlain ? startOf(random.fork('start')) : 'active';
  const isGlobal = kind === 'global';
  const hasHealthCheck = hasContainers && (type === 'loadBalancerService' || random.chance(0.3));
  const sidekicks = type === 'service' ? chooseSidekicks(random.fork('sidekicks')) : [];
  const canaries: Canary[] = [];
  const config = (image: string | null, label: string, primary: boolean): JsonObject =>
    launchConfig(random.fork(label), image === null ? null : `docker:${image}`, canaries, {
      hasHealthCheck: primary && hasHealthCheck,
      isGlobal: primary && isGlobal,
      name: `${name} ${label}`,
    });
  const launch = config(hasContainers ? imageOf(name, '', 1) : null, 'primary', true);
  const seed: ServiceSeed = {
    name,
    type,
    scale: isGlobal ? 1 : random.int(1, 4),
    launchConfig: launch,
    ...(sidekicks.length === 0
      ? {}
      : {
          secondaryLaunchConfigs: sidekicks.map((sidekick) => ({
            ...config(imageOf(name, sidekick, 1), sidekick, false),
            name: sidekick,
          })),
        }),
    ...(random.chance(0.3) ? { metadata: { owner: random.pick(ODD_TEXTS), tier: random.int(1, 3) } } : {}),
    ...(type === 'loadBalancerService'
      ? { lbConfig: { portRules: [{ protocol: 'http', sourcePort: 20_080, targetPort: 80 }] } }
      : {}),
    ...(type === 'externalService' ? { externalIpAddresses: ['192.0.2.7'] } : {}),
    ...startState(start, name, launch),
  };
  return { seed, start, type, isGlobal, hasHealthCheck, sidekicks, canaries };
}

function startOf(random: SeededRandom): Start {
  return random.weighted<Start>([
    [78, 'active'],
    [7, 'inactive'],
    [6, 'upgraded'],
    [2, 'upgraded-to-ours'],
    [4, 'canceled-upgrade'],
    [3, 'upgrading'],
  ]);
}

/** Somebody else's upgrade goes to tag 7; the one that goes to what is asked for, to tag 2. */
function startState(start: Start, name: string, launch: JsonObject): Partial<ServiceSeed> {
  const pending = (tag: number): JsonObject => ({ ...launch, imageUuid: `docker:${imageOf(name, '', tag)}` });
  const state = (named: ServiceState, tag: number): Partial<ServiceSeed> => ({
    state: named,
    pendingLaunchConfig: pending(tag),
  });
  switch (start) {
    case 'active':
      return {};
    case 'inactive':
      return { startOnCreate: false };
    case 'upgraded-to-ours':
      return state('upgraded', 2);
    case 'upgraded':
    case 'canceled-upgrade':
    case 'upgrading':
      return state(start, 7);
    default:
      throw new TypeError(`unknown start ${String(start satisfies never)}`);
  }
}

function chooseSidekicks(random: SeededRandom): string[] {
  const count = random.weighted([
    [70, 0],
    [20, 1],
    [10, 2],
  ]);
  return SIDEKICKS.slice(0, count).map(String);
}

/** A rich configuration: what Rancher knows, what it does not know any more, secrets, and what trips careless programs up. */
function launchConfig(
  random: SeededRandom,
  imageUuid: string | null,
  canaries: Canary[],
  { hasHealthCheck, isGlobal, name }: { hasHealthCheck: boolean; isGlobal: boolean; name: string },
): JsonObject {
  const environment: JsonObject = {
    APP_ENV: 'production',
    EMPTY: '',
    [random.pick(['ÜMLAUT', 'a.b', 'X-Y', '10'])]: '1',
  };
  for (let count = random.int(1, 3); count > 0; count -= 1) {
    const secret = seededCanary(random, `${name}: SECRET_${count}`);
    canaries.push(secret);
    environment[`SECRET_${count}`] = secret.value;
  }
  const maybe = (probability: number, more: () => JsonObject): JsonObject => (random.chance(probability) ? more() : {});
  return {
    ...(imageUuid === null ? {} : { imageUuid }),
    environment,
    labels: {
      team: random.pick(['shop', 'core', 'ops']),
      'com.example/odd': random.pick(ODD_TEXTS),
      ...(isGlobal ? { 'io.rancher.scheduler.global': 'true' } : {}),
    },
    ...maybe(0.5, () => ({ memory: random.pick([268_435_456, 9_007_199_254_740_992, 1_073_741_824]) })),
    ...maybe(0.4, () => ({ ports: [`${random.int(10_000, 40_000)}:80/tcp`, `${random.int(40_001, 60_000)}:443/tcp`] })),
    ...maybe(0.4, () => ({ command: ['sh', '-c', random.pick(ODD_TEXTS)], entryPoint: [] })),
    ...maybe(0.4, () => ({ dataVolumes: ['/data/web:/data:ro', `vol-${random.hex(4)}:/var/lib`] })),
    ...maybe(0.3, () => ({ logConfig: { type: 'logConfig', config: { 'max-size': '10m' }, driver: 'json-file' } })),
    ...maybe(0.3, () => ({ ulimits: [{ type: 'ulimit', name: 'nofile', soft: 65_536, hard: 65_536 }] })),
    ...maybe(0.3, () => ({ capAdd: ['NET_ADMIN'], dns: ['8.8.8.8'], tty: true, stdinOpen: random.chance(0.5) })),
    ...maybe(0.3, () => ({ restartPolicy: { name: 'always', maximumRetryCount: 0 }, stopSignal: 'SIGINT' })),
    ...maybe(0.2, () => ({ sysctls: { 'net.core.somaxconn': '1024' }, user: null })),
    ...maybe(0.6, () => unknownFields(random)),
    ...(hasHealthCheck ? { healthCheck: healthCheck(random) } : {}),
  };
}

/** Fields that no schema knows: they travel untouched. */
function unknownFields(random: SeededRandom): JsonObject {
  return {
    [random.pick(['xVendorField', 'constructor', 'futureAttribute', 'ключ'])]: {
      number: random.pick(ODD_NUMBERS),
      list: [random.pick(ODD_TEXTS), null, { deep: [random.pick(ODD_NUMBERS), [], {}] }],
      [random.pick(['toString', 'value', '', 'a b'])]: random.pick(ODD_TEXTS),
    },
    xBig: random.pick(ODD_NUMBERS),
  };
}

function healthCheck(random: SeededRandom): JsonObject {
  return {
    type: 'instanceHealthCheck',
    healthyThreshold: 2,
    initializingTimeout: 60_000,
    interval: 2_000,
    port: 80,
    requestLine: random.pick(['GET /health HTTP/1.0', 'GET /ready?x=1 HTTP/1.0']),
    responseTimeout: 2_000,
    unhealthyThreshold: 3,
  };
}
