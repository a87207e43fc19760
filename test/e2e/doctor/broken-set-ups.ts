import type { CheckName } from '../../../decision/checks';
import type { Places } from './places';

/** A set-up with one thing wrong, and what `drover doctor` says of it. */
export interface BrokenSetUp {
  readonly what: string;
  /** Content of `drover.yaml`. Default: a right one; null: none at all. */
  readonly yaml?: (places: Places) => string | null;
  readonly env?: (places: Places) => NodeJS.ProcessEnv;
  /** Besides `doctor --json` and the configuration. */
  readonly args?: readonly string[];
  readonly check: CheckName;
  readonly status: 'failed' | 'warning';
  /** Alias; default: none in particular. */
  readonly environment?: string;
  readonly says: string | RegExp;
  readonly mend: string | RegExp;
  /** What fails because of it. */
  readonly alsoFails?: readonly CheckName[];
}

const unserved = { alias: 'staging' } as const;

const OF_TEMPORAL: readonly BrokenSetUp[] = [
  {
    what: 'Temporal is down',
    env: ({ closedPort }) => ({ TEMPORAL_ADDRESS: `127.0.0.1:${String(closedPort)}` }),
    check: 'temporal',
    status: 'failed',
    says: 'nothing listens there (connection refused)',
    mend: 'set TEMPORAL_ADDRESS=host:port',
  },
  {
    what: "Temporal's port is another program's",
    env: ({ rancherUrl }) => ({ TEMPORAL_ADDRESS: new URL(rancherUrl).host }),
    check: 'temporal',
    status: 'failed',
    says: 'something listens there, but it does not speak as Temporal does',
    mend: 'TEMPORAL_ADDRESS, where another program has that port',
  },
  {
    what: 'TLS with a Temporal that has none',
    env: () => ({ TEMPORAL_TLS: 'true' }),
    check: 'temporal',
    status: 'failed',
    says: /TLS/,
    mend: 'no TEMPORAL_TLS… where it does not',
  },
  {
    what: "an authority of Temporal's certificate that is not trusted",
    env: ({ temporalTlsPort }) => ({ TEMPORAL_ADDRESS: `127.0.0.1:${String(temporalTlsPort)}`, TEMPORAL_TLS: 'true' }),
    check: 'temporal',
    status: 'failed',
    says: "the certificate's CA is not trusted",
    mend: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH=FILE.pem',
  },
  {
    what: 'a namespace that is not there',
    env: () => ({ TEMPORAL_NAMESPACE: 'nowhere' }),
    check: 'namespace',
    status: 'failed',
    says: 'has no namespace nowhere',
    mend: 'drover setup --create-namespace --namespace nowhere',
  },
  {
    what: 'a search attribute that is not registered',
    env: ({ namespaces }) => ({ TEMPORAL_NAMESPACE: namespaces.lacking }),
    check: 'search-attributes',
    status: 'failed',
    says: 'not registered: DroverRelease',
    mend: /^drover setup --namespace test-/,
    alsoFails: ['workflow-worker', 'worker'],
  },
  {
    what: 'a search attribute of another type',
    env: ({ namespaces }) => ({ TEMPORAL_NAMESPACE: namespaces.otherwise }),
    check: 'search-attributes',
    status: 'failed',
    says: 'of another type than Keyword: DroverRelease',
    mend: /^temporal operator search-attribute remove --namespace test-\w+ --name DroverRelease; then: drover setup/,
    alsoFails: ['workflow-worker', 'worker'],
  },
  {
    what: 'a retention of one day',
    env: ({ namespaces }) => ({ TEMPORAL_NAMESPACE: namespaces.idle }),
    check: 'retention',
    status: 'warning',
    says: 'kept for 1 day: a request id that is older deploys anew',
    mend: /^temporal operator namespace update --namespace test-\w+ --retention 720h$/,
    alsoFails: ['workflow-worker', 'worker'],
  },
  {
    what: 'no worker at all',
    env: ({ namespaces }) => ({ TEMPORAL_NAMESPACE: namespaces.idle }),
    check: 'workflow-worker',
    status: 'failed',
    says: 'No worker takes workflows: nobody asks for the work of the task queue drover of the namespace',
    mend: 'drover worker',
    alsoFails: ['worker'],
  },
  {
    what: 'no worker for this environment',
    yaml: (places) => places.yaml(unserved),
    check: 'worker',
    status: 'failed',
    environment: 'staging',
    says: 'No worker serves staging: nobody asks for the work of the task queue drover.rancher.staging',
    mend: 'drover worker --environments staging',
  },
  {
    what: 'a clock that is ten minutes late',
    env: (places) => ({
      NODE_OPTIONS: places.preload(
        'const Right = Date; const late = () => Right.now() - 600000; globalThis.Date = class extends Right { constructor(...given) { if (given.length === 0) super(late()); else super(...given); } static now() { return late(); } };',
      ),
    }),
    check: 'clock',
    status: 'warning',
    says: /this machine's clock is (?:59\d|60\d) s behind Temporal's/,
    mend: 'timedatectl set-ntp true',
  },
];

const OF_VERSIONS: readonly BrokenSetUp[] = [
  {
    what: 'a Node.js that is too old',
    env: (places) => ({
      NODE_OPTIONS: places.preload("Object.defineProperty(process, 'version', { value: 'v18.20.4' });"),
    }),
    check: 'node',
    status: 'failed',
    says: 'Node.js v18.20.4 is older than 20.19.0',
    mend: 'install Node.js 20.19.0 or newer',
  },
  {
    what: 'a worker of another version',
    env: (places) => ({
      NODE_OPTIONS: places.preload(
        "const parse = JSON.parse; JSON.parse = (text, ...rest) => { const value = parse(text, ...rest); if (value?.name === 'drover') value.version = '9.9.9'; return value; };",
      ),
    }),
    check: 'worker-version',
    status: 'warning',
    environment: 'prod',
    says: /the worker is \d+\.\d+\.\d+, this command 9\.9\.9/,
    mend: 'install 9.9.9 for the worker too',
  },
];

const OF_CONFIGURATION: readonly BrokenSetUp[] = [
  {
    what: 'a configuration that is not there',
    yaml: () => null,
    args: ['--config', 'nowhere.yaml'],
    check: 'configuration',
    status: 'failed',
    says: 'nowhere.yaml: there is no such file (named by --config)',
    mend: 'mend nowhere.yaml',
  },
  {
    what: 'a key that the configuration does not have',
    yaml: (places) => places.yaml({ more: 'defauls: { soak: 1m }' }),
    check: 'configuration',
    status: 'failed',
    says: /drover\.yaml:\d+:1: .*defauls.*did you mean.*defaults/,
    mend: /^mend \S*drover\.yaml:\d+:1/,
  },
  {
    what: 'a worker that is to serve an environment that is none',
    yaml: (places) => places.yaml({ more: 'worker: { environments: [prodd] }' }),
    check: 'configuration',
    status: 'failed',
    says: 'unknown environment "prodd"; did you mean prod?',
    mend: /^mend \S*drover\.yaml:\d+:\d+/,
  },
  {
    what: 'a variable that is not set',
    yaml: (places) => places.yaml({ ...unserved, secret: '{ env: NOT_THERE }' }),
    check: 'keys',
    status: 'failed',
    environment: 'staging',
    says: 'the secret key: environment variable NOT_THERE is not set',
    mend: 'export NOT_THERE=…',
    alsoFails: ['worker'],
  },
  {
    what: 'a file of a secret that is missing',
    yaml: (places) => places.yaml({ ...unserved, secret: '{ file: secret-key }' }),
    check: 'keys',
    status: 'failed',
    environment: 'staging',
    says: /the secret key: file \S+secret-key does not exist/,
    mend: /^write \S+secret-key, readable for the user that the worker runs as$/,
    alsoFails: ['worker'],
  },
  {
    what: 'a CA that is missing',
    yaml: (places) => places.yaml({ ...unserved, ca: 'authority.pem' }),
    check: 'keys',
    status: 'failed',
    environment: 'staging',
    says: /the CA \S+authority\.pem does not exist/,
    mend: /^write \S+authority\.pem/,
    alsoFails: ['worker'],
  },
  {
    what: 'a file of a secret that is missing here, while a worker answers',
    yaml: (places) => places.yaml({ secret: '{ file: secret-key }' }),
    check: 'keys',
    status: 'failed',
    environment: 'prod',
    says: /the secret key: file \S+secret-key does not exist/,
    mend: /^write \S+secret-key, readable/,
  },
  {
    what: 'RANCHER_CA_FILE that holds something else, while a worker answers',
    env: (places) => ({ RANCHER_CA_FILE: places.write('authority.pem', 'garbage') }),
    check: 'keys',
    status: 'failed',
    environment: 'prod',
    says: /the CA \S+authority\.pem holds no PEM certificate/,
    mend: /^write \S+authority\.pem/,
  },
  {
    what: 'keys of the codec that are none',
    env: () => ({ DROVER_CODEC_KEYS: 'k1:canary-value' }),
    check: 'codec',
    status: 'failed',
    says: 'DROVER_CODEC_KEYS: key 1 of 1 ("k1") is not 32 bytes',
    mend: 'openssl rand -base64 32',
  },
  {
    what: 'a key of the codec that the worker does not have',
    env: () => ({ DROVER_CODEC_KEYS: `k-mine:${'ab'.repeat(32)}` }),
    check: 'codec',
    status: 'failed',
    environment: 'prod',
    says: /the worker cannot read what this command encrypts: .*the codec key "k-mine", and no codec is set up/,
    mend: "put this command's first key among the worker's",
  },
  {
    what: 'two aliases of one environment, by its name and by its id',
    yaml: (places) => places.yaml({ more: '  twin: { project: 1a5 }' }),
    check: 'rancher-project',
    status: 'failed',
    environment: 'prod',
    says: 'prod and twin are the same environment of Rancher',
    mend: 'keep one of the two aliases',
    alsoFails: ['worker'],
  },
];

const OF_RANCHER: readonly BrokenSetUp[] = [
  {
    what: 'Rancher is down',
    yaml: (places) => places.yaml({ url: `http://127.0.0.1:${String(places.closedPort)}` }),
    check: 'rancher',
    status: 'failed',
    environment: 'prod',
    says: 'nothing listens on that port (ECONNREFUSED)',
    mend: /rancher\.url in drover\.yaml \(or RANCHER_URL\).*curl -sS http:\/\/127\.0\.0\.1:\d+\/v2-beta/,
  },
  {
    what: "an authority of Rancher's certificate that is not trusted",
    yaml: (places) => places.yaml({ url: places.tls.url }),
    check: 'rancher',
    status: 'failed',
    environment: 'prod',
    says: "the certificate's CA is not trusted",
    mend: 'rancher.ca: FILE.pem in drover.yaml (or RANCHER_CA_FILE)',
  },
  {
    what: 'https:// with a Rancher that has none',
    yaml: (places) => places.yaml({ url: places.rancherUrl.replace('http:', 'https:') }),
    check: 'rancher',
    status: 'failed',
    environment: 'prod',
    says: 'Is it http:// and not https://?',
    mend: 'rancher.url in drover.yaml',
  },
  {
    what: 'the address of a web page',
    yaml: (places) => places.yaml({ url: places.html.url }),
    check: 'rancher',
    status: 'failed',
    environment: 'prod',
    says: /HTML/,
    mend: 'rancher.url in drover.yaml',
  },
  {
    what: 'a key that Rancher does not know',
    yaml: (places) => places.yaml({ secret: '{ env: READING }' }),
    check: 'rancher-key',
    status: 'failed',
    environment: 'prod',
    says: /401|does not accept|not accepted/,
    mend: /in Rancher, API, Keys.*environments\.prod\.rancher\.accessKey/,
  },
  {
    what: 'the key of a read-only member',
    yaml: (places) => places.yaml({ access: 'READER', secret: '{ env: READING }' }),
    check: 'rancher-role',
    status: 'failed',
    environment: 'prod',
    says: 'the key may read, and not upgrade',
    mend: 'in Rancher, make the key as an owner, member or restricted member',
  },
  {
    what: 'a key of another environment',
    yaml: (places) => places.yaml({ access: 'OTHER' }),
    check: 'rancher-project',
    status: 'failed',
    environment: 'prod',
    says: 'This key can see "QA" (1a6)',
    mend: 'environments.prod.project in drover.yaml',
  },
  {
    what: 'an environment that Rancher does not have',
    yaml: (places) => places.yaml({ project: 'Prodction' }),
    check: 'rancher-project',
    status: 'failed',
    environment: 'prod',
    says: /There is no environment "Prodction".*Did you mean "Production"/,
    mend: 'environments.prod.project in drover.yaml',
  },
  {
    what: 'a Rancher whose clock is an hour ahead',
    yaml: (places) => places.yaml({ url: places.skewed.url }),
    check: 'rancher-clock',
    status: 'warning',
    environment: 'prod',
    says: /Rancher's clock is (?:359\d|360\d) s ahead of/,
    mend: 'timedatectl set-ntp true',
  },
  {
    what: 'a Rancher behind a proxy without websockets',
    yaml: (places) => places.yaml({ url: places.deaf.url }),
    check: 'rancher-events',
    status: 'warning',
    environment: 'prod',
    says: 'the event stream (a websocket) does not open',
    mend: 'pass websockets (headers Upgrade and Connection) to /v2-beta/projects/1a5/subscribe',
  },
  {
    what: 'a Rancher that never answers',
    yaml: (places) => places.yaml({ url: places.mute.url.replace('tcp:', 'http:') }),
    check: 'rancher',
    status: 'failed',
    environment: 'prod',
    says: /called off|no answer/,
    mend: /drover\.yaml|drover doctor/,
  },
];

/** All of them. */
export const BROKEN_SET_UPS = [...OF_TEMPORAL, ...OF_VERSIONS, ...OF_CONFIGURATION, ...OF_RANCHER];
