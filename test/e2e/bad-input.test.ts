import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '../../simulator/model';
import type { ServiceSeed, WorldSeed } from '../../simulator/world-seed';
import { freePort } from '../../worker/temporal-server/ports';
import { Stack } from '../support/stack';
import { namespaceOfItsOwn } from '../support/stack-temporal';
import { STACK } from './command';
import { resultOf } from './said';

/** Places and names that are known only once everything runs. */
interface Places {
  readonly stack: Stack;
  /** A folder of this file's own. */
  readonly folder: string;
  readonly temporalPort: number;
  readonly closedPort: number;
  /** A namespace in which no worker is. */
  readonly emptyNamespace: string;
}

/** Something that people get wrong, and what they are told. */
interface BadInput {
  readonly what: string;
  /** The command line. */
  readonly args: readonly string[] | ((places: Places) => readonly string[]);
  /** Content of the `drover.yaml` that `args` names by {@link OWN_FILE}. */
  readonly yaml?: string | ((places: Places) => string);
  readonly env?: (places: Places) => NodeJS.ProcessEnv;
  readonly verdict: 'invalid' | 'refused' | 'unreachable';
  /** What is wrong, where, what was expected, what to do: all of it has to be there. */
  readonly says: readonly (string | RegExp)[];
  /** What must not be repeated. */
  readonly not?: RegExp;
  /** A worker had to judge it: there is a workflow, which ended. */
  readonly judged?: true;
}

const EXIT_CODES = { invalid: 2, refused: 7, unreachable: 9 } as const;
const OWN_FILE = '{its own file}';
const WEB = `${STACK}/web`;
const IMAGE = ['--image', 'example/web:2'];
const upgrade = (...args: readonly string[]): readonly string[] => ['upgrade', 'prod', WEB, ...IMAGE, ...args];
const worker = (...args: readonly string[]): readonly string[] => ['worker', '--config', OWN_FILE, ...args];
const keys = (): NodeJS.ProcessEnv => ({ ACCESS: 'ACCESS', SECRET: 'SECRET' });
const RANCHER =
  'rancher: { url: "https://rancher.example.com", accessKey: { env: ACCESS }, secretKey: { env: SECRET } }';

const COMMAND_LINE: readonly BadInput[] = [
  { what: 'no command at all', args: [], verdict: 'invalid', says: ['Usage: drover COMMAND', 'upgrade'] },
  {
    what: 'an unknown command',
    args: ['upgrad', 'prod', WEB],
    verdict: 'invalid',
    says: ['upgrad: there is no such command', 'did you mean "drover upgrade"?'],
  },
  {
    what: 'an unknown option',
    args: upgrade('--batchsize', '2'),
    verdict: 'invalid',
    says: ['--batchsize: "drover upgrade" has no such option', 'did you mean --batch-size?'],
  },
  {
    what: 'an option without its value',
    args: ['upgrade', 'prod', WEB, '--image', '--hold'],
    verdict: 'invalid',
    says: ['--image: its value is missing', 'write --image REF'],
  },
  { what: 'an option twice', args: upgrade(...IMAGE), verdict: 'invalid', says: ['--image: it is given twice'] },
  {
    what: 'a flag with a value',
    args: upgrade('--hold=yes'),
    verdict: 'invalid',
    says: ['--hold: it takes no value', 'write --hold alone'],
  },
  {
    what: 'nothing named',
    args: ['upgrade', ...IMAGE],
    verdict: 'invalid',
    says: [
      'no environment is named',
      'no stack is named',
      'no service is named',
      'RANCHER_ENVIRONMENT',
      'prod storefront/web',
    ],
  },
  {
    what: 'an empty stack name',
    args: ['upgrade', 'prod', '/web', ...IMAGE],
    verdict: 'invalid',
    says: ['STACK: no stack is named', 'STACK/SERVICE'],
  },
  {
    what: 'an empty service name',
    args: ['upgrade', 'prod', `${STACK}/`, ...IMAGE],
    verdict: 'invalid',
    says: ['SERVICE: no service is named', 'STACK/SERVICE'],
  },
  {
    what: 'one slash too many',
    args: ['upgrade', 'prod', 'a/b/c', ...IMAGE],
    verdict: 'invalid',
    says: ['a/b/c: it has more than one slash', 'such as storefront/web'],
  },
  {
    what: 'a name that Rancher cannot have',
    args: ['upgrade', 'prod', 'cases/we b', ...IMAGE],
    verdict: 'invalid',
    says: ['"we b" cannot be the name of a service', 'as Rancher spells it'],
  },
  {
    what: 'no image',
    args: ['upgrade', 'prod', WEB],
    verdict: 'invalid',
    says: ['--image: nothing to deploy', '--image example/web:2.4.1', '--sidekick NAME=IMAGE'],
  },
  {
    what: 'an empty image',
    args: ['upgrade', 'prod', WEB, '--image', ''],
    verdict: 'invalid',
    says: ['--image: it is empty', 'example/web:2.4.1'],
  },
  {
    what: 'a URL for an image',
    args: ['upgrade', 'prod', WEB, '--image', 'https://registry.example.com/web:2'],
    verdict: 'invalid',
    says: ['is a URL, not an image reference', 'leave out the scheme'],
  },
  {
    what: 'capital letters in an image',
    args: ['upgrade', 'prod', WEB, '--image', 'example/Web:2'],
    verdict: 'invalid',
    says: ['capital letters in its repository', 'small letters only: "web"'],
  },
  {
    what: 'an empty tag',
    args: ['upgrade', 'prod', WEB, '--image', 'example/web:'],
    verdict: 'invalid',
    says: ['its tag is empty', 'write the tag after the colon'],
  },
  {
    what: 'a duration in words',
    args: upgrade('--timeout', '10 minutes'),
    verdict: 'invalid',
    says: ['--timeout: "10 minutes" is no duration', '--timeout 90s'],
  },
  {
    what: 'a duration out of bounds',
    args: upgrade('--batch-interval', '5ms'),
    verdict: 'invalid',
    says: ['--batch-interval: it must be between 100ms and 1d'],
  },
  {
    what: 'a batch size of none',
    args: upgrade('--batch-size', '0'),
    verdict: 'invalid',
    says: ['--batch-size: it must be a whole number, at least 1', '--batch-size 2'],
  },
  {
    what: 'a batch size in words',
    args: upgrade('--batch-size', 'two'),
    verdict: 'invalid',
    says: ['--batch-size: it must be a whole number, at least 1'],
  },
  {
    what: 'a mistyped policy',
    args: upgrade('--on-pending', 'rolback'),
    verdict: 'invalid',
    says: ['"rolback" is not one of rollback, finish, wait, abort', 'did you mean --on-pending rollback?'],
  },
  {
    what: 'a clear secret where a reference belongs',
    args: upgrade('--variable', 'DB_PASSWORD=correct horse battery'),
    verdict: 'invalid',
    says: [
      '--variable DB_PASSWORD: it looks like a value',
      'name it under "variables:"',
      '--variable DB_PASSWORD=db_password',
    ],
    not: /correct|battery/,
  },
  {
    what: 'a token where a reference belongs',
    args: upgrade('--variable', 'TOKEN=glpat-AbCdEfGhIjKlMnOpQrSt'),
    verdict: 'invalid',
    says: ['--variable TOKEN: it looks like a value'],
    not: /glpat/,
  },
  {
    what: 'a label without a value',
    args: upgrade('--label', 'tier'),
    verdict: 'invalid',
    says: ['--label: it must have the form KEY=VALUE'],
  },
  {
    what: "a label of Drover's own",
    args: upgrade('--label', 'io.drover.deployment=mine'),
    verdict: 'invalid',
    says: ["--label io.drover.deployment: labels under io.drover. are Drover's own", 'choose another name'],
  },
  {
    what: 'a request id that cannot be one',
    args: upgrade('--request-id', '*'),
    verdict: 'invalid',
    says: ['--request-id: it must be 1 to 200 letters', '--request-id release-'],
  },
  {
    what: 'several things at once',
    args: ['upgrade', 'prod', WEB, '--image', 'Web', '--batch-size', '1', '--label', 'io.drover.x=1', '--soak', '9d'],
    verdict: 'invalid',
    says: ['capital letters', 'io.drover.', '--soak: it must be between 0s and 7d'],
  },
  {
    what: 'an unknown verdict to list',
    args: ['list', '--verdict', 'good'],
    verdict: 'invalid',
    says: ['--verdict: "good" is no verdict', 'choose one of succeeded, unchanged'],
  },
];

const TEMPORAL: readonly BadInput[] = [
  {
    what: 'an unknown environment',
    args: ['upgrade', 'prdo', WEB, ...IMAGE],
    verdict: 'unreachable',
    says: [
      'No worker serves the environment "prdo": either its worker is down, or the name is mistyped. Nothing was started.',
      '"environments:" in the worker\'s drover.yaml',
      'drover worker --environments prdo',
    ],
  },
  {
    what: 'the environment in the wrong case',
    args: ['upgrade', 'Prod', WEB, ...IMAGE],
    verdict: 'unreachable',
    says: ['No worker serves the environment "Prod"', 'the name is mistyped'],
  },
  {
    what: 'no worker at all',
    args: ({ emptyNamespace }) => upgrade('--namespace', emptyNamespace),
    verdict: 'unreachable',
    says: [/No Drover worker is connected to this Temporal \(namespace test-/, 'drover dev', 'TEMPORAL_NAMESPACE'],
  },
  {
    what: 'an unreachable Temporal',
    args: ({ closedPort }) => upgrade('--address', `127.0.0.1:${closedPort}`),
    verdict: 'unreachable',
    says: [
      'Temporal does not answer at 127.0.0.1:',
      'connection refused',
      'Nothing was started.',
      'TEMPORAL_ADDRESS=host:port',
    ],
  },
  {
    what: 'something else than Temporal at its address',
    args: ({ stack }) => upgrade('--address', new URL(stack.rancher.url).host),
    verdict: 'unreachable',
    says: ['something listens there, but it does not speak as Temporal does'],
  },
  {
    what: 'an API key, which means TLS, for a Temporal without',
    args: ({ temporalPort }) => upgrade('--address', `127.0.0.1:${temporalPort}`),
    env: () => ({ TEMPORAL_API_KEY: 'hunter2-hunter2' }),
    verdict: 'unreachable',
    says: ['it does not speak TLS (another program, or TLS on one side only)'],
    not: /hunter2/,
  },
  {
    what: 'a profile of Temporal that there is not',
    args: ['list'],
    env: () => ({ TEMPORAL_PROFILE: 'nowhere' }),
    verdict: 'invalid',
    says: ["Temporal's settings (temporal.toml, profile nowhere): they cannot be read", 'TEMPORAL_CONFIG_FILE'],
  },
  {
    what: 'an unknown namespace',
    args: upgrade('--namespace', 'nowhere'),
    verdict: 'invalid',
    says: [
      'TEMPORAL_NAMESPACE: the Temporal at 127.0.0.1:',
      'has no namespace "nowhere"',
      'temporal operator namespace create',
    ],
  },
  {
    what: 'a drover.yaml that is no YAML, for a client',
    args: ['status', 'prod', WEB, '--config', OWN_FILE],
    yaml: 'temporal:\n  address: "127.0.0.1:7233\nsecret: hunter2\n',
    verdict: 'invalid',
    says: [/bad-\d+\.yaml: it cannot be read as YAML \(line \d+\)/, 'mend the file'],
    not: /hunter2/,
  },
];

const JUDGED: readonly BadInput[] = [
  {
    what: 'a stack in the wrong case',
    args: ['upgrade', 'prod', 'Cases/web', ...IMAGE],
    verdict: 'refused',
    says: ['There is no stack "Cases"', 'it is spelled "cases". Use exactly that.'],
    judged: true,
  },
  {
    what: 'a service in the wrong case',
    args: ['upgrade', 'prod', `${STACK}/Web`, ...IMAGE],
    verdict: 'refused',
    says: ['There is no service "Web"', 'it is spelled "web". Use exactly that.'],
    judged: true,
  },
  {
    what: 'an unknown service',
    args: ['upgrade', 'prod', `${STACK}/wbe`, ...IMAGE],
    verdict: 'refused',
    says: ['There is no service "wbe" in stack "cases"', 'Did you mean "web"?', 'The stack has "web"'],
    judged: true,
  },
  {
    what: 'a service that exists in another stack only',
    args: ['upgrade', 'prod', `${STACK}/ledger`, ...IMAGE],
    verdict: 'refused',
    says: ['There is no service "ledger" in stack "cases"', 'A service of this name exists elsewhere: billing/ledger.'],
    judged: true,
  },
  {
    what: 'a service that was removed',
    args: ['upgrade', 'prod', `${STACK}/removed`, ...IMAGE],
    verdict: 'refused',
    says: ['There is no service "removed" in stack "cases"'],
    judged: true,
  },
  {
    what: 'an unknown sidekick',
    args: ['upgrade', 'prod', `${STACK}/paired`, '--sidekick', 'loger=example/logger:2'],
    verdict: 'invalid',
    says: ['The service "paired" has no sidekick "loger": it has "logger". Did you mean "logger"?'],
    judged: true,
  },
  {
    what: 'an unknown reference for a variable',
    args: ['upgrade', 'prod', `${STACK}/referred`, ...IMAGE, '--variable', 'PASSWORD=db-pasword'],
    verdict: 'invalid',
    says: ['environment prod has no variable of the name', 'did you mean db-password?', 'configured: db-password'],
    judged: true,
  },
  {
    what: 'start-first where addresses are kept',
    args: ['upgrade', 'prod', `${STACK}/retained`, ...IMAGE, '--start-first'],
    verdict: 'invalid',
    says: ['"retained" keeps its IP addresses (retainIp)', 'Leave start-first out.'],
    judged: true,
  },
  {
    what: 'an image for what has no containers',
    args: ['upgrade', 'prod', `${STACK}/alias`, ...IMAGE],
    verdict: 'invalid',
    says: ['"alias" (a dnsService) has no containers, and so no image to change'],
    judged: true,
  },
  {
    what: 'a key that Rancher does not accept',
    args: ['upgrade', 'wrong-key', WEB, ...IMAGE],
    verdict: 'refused',
    says: ['401 Unauthorized', 'The access key or the secret key is not accepted; check both.', 'Nothing was changed.'],
    not: /not-the-secret/,
    judged: true,
  },
  {
    what: 'a key that may only read',
    args: ['upgrade', 'read-only', WEB, ...IMAGE],
    verdict: 'refused',
    says: ['422 InvalidAction', 'This key may not do that (a read-only key, say)', 'Nothing was changed.'],
    judged: true,
  },
  {
    what: 'an environment of Rancher that there is not',
    args: ['upgrade', 'mistyped', WEB, ...IMAGE],
    verdict: 'refused',
    says: ['There is no environment "Prodution"', 'Did you mean "Production"?'],
    judged: true,
  },
  {
    what: 'a project id that the key may not see',
    args: ['upgrade', 'unseen', WEB, ...IMAGE],
    verdict: 'refused',
    says: ['There is no environment "1a9"', 'This key can see "Audit"'],
    judged: true,
  },
  {
    what: 'two environments of one name',
    args: ['upgrade', 'ambiguous', WEB, ...IMAGE],
    verdict: 'refused',
    says: ['There are 2 environments named "Twice"', '1a21, 1a22', 'Give the id of the one that is meant.'],
    judged: true,
  },
  {
    what: 'two aliases of one project, one by its name and one by its id',
    args: ['upgrade', 'by-name', WEB, ...IMAGE],
    verdict: 'invalid',
    says: ['by-name and by-id are the same environment of Rancher, "Double" (1a30); keep one of them in drover.yaml'],
    judged: true,
  },
  {
    what: 'an unreachable Rancher',
    args: ['upgrade', 'nowhere', WEB, ...IMAGE],
    verdict: 'unreachable',
    says: ['Rancher cannot be reached:', 'ECONNREFUSED', 'Nothing was changed. Try again when it answers.'],
    judged: true,
  },
  {
    what: "a proxy's page instead of Rancher",
    args: ['upgrade', 'proxied', WEB, ...IMAGE],
    verdict: 'unreachable',
    says: ["200 with an HTML page, not an answer of Rancher's API", 'Please sign in', 'Check the URL, and any proxy'],
    judged: true,
  },
  {
    what: 'a plan for an unknown service',
    args: ['upgrade', 'prod', `${STACK}/nobody`, ...IMAGE, '--plan'],
    verdict: 'refused',
    says: ['There is no service "nobody" in stack "cases"', 'Nothing was changed.'],
  },
];

const CONFIGURATION: readonly BadInput[] = [
  {
    what: 'a tab in the indentation',
    args: worker(),
    yaml: 'environments:\n\tprod: {}\n',
    verdict: 'invalid',
    says: [/bad-\d+\.yaml:2:1: there is a tab in the indentation/],
  },
  {
    what: 'an unknown key',
    args: worker(),
    yaml: 'environments:\n  prod:\n    polcy: {}\n',
    verdict: 'invalid',
    says: [/bad-\d+\.yaml:3:5: environments\.prod\.polcy: unknown key; did you mean policy\?/],
  },
  {
    what: 'a bare number for a duration',
    args: worker(),
    yaml: 'defaults:\n  timeout: 600\n',
    verdict: 'invalid',
    says: [/bad-\d+\.yaml:2:12: defaults\.timeout:/, 'add the unit: 600s for seconds'],
  },
  {
    what: 'a secret in the file',
    args: worker(),
    yaml: 'rancher:\n  secretKey: hunter2\n',
    verdict: 'invalid',
    says: [
      /bad-\d+\.yaml:2:14/,
      'a secret does not belong into this file',
      '{ env: NAME }, { file: PATH } or { command: ',
    ],
    not: /hunter2/,
  },
  {
    what: 'a URL with credentials',
    args: worker(),
    yaml: 'rancher:\n  url: https://key:hunter2@rancher.example.com\n',
    verdict: 'invalid',
    says: [/bad-\d+\.yaml:2:8/, 'credentials do not belong into a URL'],
    not: /hunter2/,
  },
  {
    what: 'credentials in RANCHER_URL',
    args: worker(),
    yaml: 'worker: {}\n',
    env: () => ({ RANCHER_URL: 'https://key:hunter2@rancher.example.com', RANCHER_ENVIRONMENT: 'prod' }),
    verdict: 'invalid',
    says: ['RANCHER_URL', 'credentials do not belong into a URL', 'the secret key is missing', 'RANCHER_SECRET_KEY'],
    not: /hunter2/,
  },
  {
    what: 'two aliases of one project',
    args: worker(),
    yaml: `${RANCHER}\nenvironments:\n  prod: { project: 1a5 }\n  live: { project: 1a5 }\n`,
    env: keys,
    verdict: 'invalid',
    says: ['live and prod', 'are the same environment of Rancher, project "1a5"', 'keep one of them'],
  },
  {
    what: 'a variable of a key that is not set',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: {} }\n`,
    env: () => ({ ACCESS: 'ACCESS' }),
    verdict: 'invalid',
    says: ['environment prod: the secret key: environment variable SECRET is not set'],
  },
  {
    what: 'a key that was copied with more than itself',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: {} }\n`,
    env: () => ({ ACCESS: 'ACCESS', SECRET: 'two words' }),
    verdict: 'invalid',
    says: ['The secret key for Rancher holds white space or a line break; was it copied with its line end?'],
    not: /two words/,
  },
  {
    what: 'a CA that is not there',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: { rancher: { ca: missing.pem } } }\n`,
    env: keys,
    verdict: 'invalid',
    says: [/environment prod: the CA \S*missing\.pem does not exist/],
  },
  {
    what: 'a CA that is none',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: { rancher: { ca: ../no-certificate.pem } } }\n`,
    env: keys,
    verdict: 'invalid',
    says: ['holds no PEM certificate'],
  },
  {
    what: 'a worker for an unknown environment',
    args: worker('--environments', 'prdo'),
    yaml: `${RANCHER}\nenvironments: { prod: {} }\n`,
    env: keys,
    verdict: 'invalid',
    says: ['unknown environment "prdo"; did you mean prod? configured: prod'],
  },
  {
    what: 'a configuration that is not there',
    args: ['worker', '--config', 'nowhere.yaml'],
    verdict: 'invalid',
    says: ['nowhere.yaml: there is no such file (named by --config)'],
  },
  {
    what: 'a worker without any environment',
    args: worker(),
    yaml: 'worker: {}\n',
    verdict: 'invalid',
    says: ['this worker has no environment to serve', 'RANCHER_URL'],
  },
  {
    what: 'a worker whose Temporal is unreachable',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: {} }\n`,
    env: ({ closedPort }) => ({ ...keys(), TEMPORAL_ADDRESS: `127.0.0.1:${closedPort}` }),
    verdict: 'unreachable',
    says: ['cannot be reached', 'temporal.address in drover.yaml, or TEMPORAL_ADDRESS', 'Nothing was started.'],
  },
  {
    what: "Temporal's port in use",
    args: ({ temporalPort }) => ['dev', '--simulator', '--port', String(temporalPort)],
    env: () => ({ TEMPORAL_CLI_PATH: process.env.DROVER_TEST_TEMPORAL_CLI }),
    verdict: 'invalid',
    says: [
      "Cannot start Temporal's dev server",
      "wanted for Temporal's gRPC service, is in use",
      'choose another port',
    ],
  },
  {
    what: "the metrics' port in use",
    args: worker(),
    yaml: ({ temporalPort }) =>
      `${RANCHER}\nenvironments: { prod: {} }\nworker: { metricsAddress: "127.0.0.1:${temporalPort}" }\n`,
    env: keys,
    verdict: 'invalid',
    says: ['worker.metricsAddress: metrics cannot be served on 127.0.0.1:', 'in use', 'choose another address'],
  },
  {
    what: 'the port of health in use',
    args: worker(),
    yaml: ({ temporalPort }) =>
      `${RANCHER}\nenvironments: { prod: {} }\nworker: { healthAddress: "127.0.0.1:${temporalPort}" }\n`,
    env: keys,
    verdict: 'invalid',
    says: ['worker.healthAddress: health cannot be told on 127.0.0.1:', 'EADDRINUSE', 'choose another address'],
  },
  {
    what: 'an address of health that is none',
    args: worker(),
    yaml: `${RANCHER}\nenvironments: { prod: {} }\n`,
    env: () => ({ ...keys(), DROVER_HEALTH_ADDRESS: '127.0.0.1:99999' }),
    verdict: 'invalid',
    says: ['worker.healthAddress: health cannot be told on 127.0.0.1:99999', '>= 0 and < 65536'],
  },
  {
    what: 'a port that is none',
    args: ['dev', '--port', '99999'],
    verdict: 'invalid',
    says: ['--port: "99999" is no port', '1 to 65535'],
  },
  {
    what: 'dev without a Rancher',
    args: ({ folder }) => ['dev', '--config', join(folder, 'empty', 'drover.yaml')],
    verdict: 'invalid',
    says: ['there is no Rancher to serve', 'drover dev --simulator'],
  },
];

const BAD_INPUTS = [...COMMAND_LINE, ...TEMPORAL, ...JUDGED, ...CONFIGURATION];

function planted(name: string, more: Partial<ServiceSeed> = {}): ServiceSeed {
  return { name, launchConfig: { imageUuid: `docker:example/${name}:1`, environment: { A: 'b' } }, ...more };
}

const SEED: WorldSeed = {
  keys: [
    { accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' },
    { accessKey: 'STALE', secretKey: 'another', role: 'owner' },
    { accessKey: 'READER', secretKey: 'SECRET-3', role: 'readonly' },
    { accessKey: 'NARROW', secretKey: 'SECRET-4', role: 'member', projects: ['Audit'] },
  ],
  projects: [
    {
      name: 'Production',
      id: '1a7',
      stacks: [
        {
          name: STACK,
          services: [
            ...['web', 'removed', 'referred', 'untagged', 'registry'].map((name) => planted(name)),
            planted('paired', { secondaryLaunchConfigs: [{ name: 'logger', imageUuid: 'docker:example/logger:1' }] }),
            planted('retained', { retainIp: true }),
            { name: 'alias', type: 'dnsService', launchConfig: {} },
          ],
        },
        { name: 'billing', services: [planted('ledger')] },
      ],
    },
    { name: 'Audit', id: '1a8', stacks: [{ name: STACK, services: [planted('web')] }] },
    { name: 'Hidden', id: '1a9', stacks: [{ name: STACK, services: [planted('web')] }] },
    { name: 'Double', id: '1a30', stacks: [{ name: STACK, services: [planted('web')] }] },
    { name: 'Twice', id: '1a21', stacks: [{ name: STACK, services: [planted('web')] }] },
    { name: 'Twice', id: '1a22', stacks: [{ name: STACK, services: [planted('web')] }] },
  ],
};

const SIGN_IN = '<!doctype html><html><head><title>Please sign in</title></head><body>Company proxy</body></html>';
const page = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(SIGN_IN));
let before: JournalEntry[] = [];

async function start(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-bad-input-'));
  mkdirSync(join(folder, 'files'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'no-certificate.pem'), 'no certificate\n');
  writeFileSync(join(folder, 'empty', 'drover.yaml'), 'worker: {}\n');
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const closedPort = await freePort('127.0.0.1');
  const impatient = { reachLimit: '2s', requestTimeout: '1s' };
  const stack = await Stack.start({
    seed: SEED,
    environments: {
      prod: { project: 'Production', variables: { 'db-password': 'DB_PASSWORD' } },
      'wrong-key': { project: 'QA', accessKey: 'STALE' },
      'read-only': { project: 'Audit', accessKey: 'READER' },
      mistyped: { project: 'Prodution' },
      unseen: { project: '1a9', accessKey: 'NARROW' },
      ambiguous: { project: 'Twice' },
      'by-name': { project: 'Double' },
      'by-id': { project: '1a30' },
      nowhere: { project: 'Production', url: `http://127.0.0.1:${closedPort}`, policy: impatient },
      proxied: {
        project: 'Production',
        url: `http://127.0.0.1:${(page.address() as AddressInfo).port}`,
        policy: impatient,
      },
    },
    workerEnv: { SECRET_STALE: 'not-the-secret', DB_PASSWORD: 'correct horse' },
  });
  const { namespace: emptyNamespace } = await namespaceOfItsOwn();
  await stack.rancher.act({ project: 'Production', stack: STACK, service: 'removed', action: 'remove' });
  await untilRemoved(stack);
  before = await stack.journal();
  const temporalPort = Number(new URL(`http://${stack.temporal.address}`).port);
  return { stack, folder, temporalPort, closedPort, emptyNamespace };
}

async function untilRemoved(stack: Stack): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await stack.journal()).some(({ name, to }) => name === 'removed' && to === 'removed')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the service is not removed');
}

let started: Promise<Places> | undefined;
/** One for the file; concurrent tests begin before `beforeAll` would be through. */
const places = (): Promise<Places> => (started ??= start());
afterAll(async () => {
  const { stack, folder } = await places();
  await stack.close();
  page.closeAllConnections();
  await new Promise((resolve) => page.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test('there are forty kinds at least', () => {
  expect(BAD_INPUTS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(BAD_INPUTS.map(({ what }) => what)).size).toBe(BAD_INPUTS.length);
});

describe('told what is wrong, where, and what to do; nothing is started, nothing is lost', () => {
  test.concurrent.each(BAD_INPUTS.map((one, index) => ({ ...one, index })))(
    '$what',
    async ({ args, yaml, env, verdict, says, not, judged, index }) => {
      const all = await places();
      const file = join(all.folder, 'files', `bad-${index}.yaml`);
      if (yaml !== undefined) writeFileSync(file, typeof yaml === 'string' ? yaml : yaml(all));
      const line = (typeof args === 'function' ? args(all) : args).map((word) => (word === OWN_FILE ? file : word));
      const id = judged === true ? ['--request-id', `bad-${index}`] : [];
      const more = env === undefined ? {} : { env: env(all) };

      const plain = await all.stack.drover([...line, ...id], more);
      const told = `${plain.stdout}\n${plain.stderr}`;
      expect({ code: plain.code, told }).toEqual({ code: EXIT_CODES[verdict], told });
      for (const words of says) expect(told).toMatch(typeof words === 'string' ? new RegExp(escaped(words)) : words);
      if (not !== undefined) expect(told).not.toMatch(not);
      // No stack trace, and no message for programmers.
      expect(told).not.toMatch(/\n\s+at .+:\d+:\d+|bug in Drover|undefined|\[object/);
      if (line.length === 0) return;
      if (judged === true) expect(plain.stdout).toMatch(new RegExp(` verdict: ${verdict}: `));
      else expect(plain.stderr).toMatch(new RegExp(`\n${verdict} \\(exit code ${EXIT_CODES[verdict]}\\)\n$`));

      const json = await all.stack.drover([...line, ...id, '--json'], more);
      expect(json.code).toBe(EXIT_CODES[verdict]);
      const result = resultOf(json);
      expect(result).toMatchObject({ verdict, exitCode: EXIT_CODES[verdict], reason: expect.stringMatching(/\w/) });
      if (not !== undefined) expect(json.stdout).not.toMatch(not);
    },
    60_000,
  );
});

describe('odd, and taken all the same', () => {
  test.concurrent(
    'an image without a tag: a warning',
    async () => {
      const { stack } = await places();
      const ended = await stack.drover([
        'upgrade',
        'prod',
        `${STACK}/untagged`,
        '--image',
        'example/untagged',
        '--plan',
      ]);
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(/warning: example\/untagged has no tag: Docker takes "latest", which moves/);
      expect(ended.stdout).toMatch(/example\/untagged:1 → example\/untagged/);
    },
    60_000,
  );

  test.concurrent(
    'an image with a port of a registry and a digest',
    async () => {
      const { stack } = await places();
      const image = `registry.example.com:5000/team/registry:2@sha256:${'ab'.repeat(32)}`;
      const ended = await stack.drover(['upgrade', 'prod', `${STACK}/registry`, '--image', image, '--plan']);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain(`→ ${image}`);
    },
    60_000,
  );
});

test('nothing was started but what a worker had to judge, and Rancher is as it was', async () => {
  const { stack } = await places();
  const expected = BAD_INPUTS.flatMap(({ judged }, index) => (judged === true ? [`bad-${index}`] : [])).sort();
  let found: string[] = [];
  // A list is complete a moment later.
  for (let tries = 0; tries < 100 && found.length < expected.length; tries += 1) {
    found = (await stack.client.list({ limit: 1000 })).map(({ requestId }) => requestId).sort();
    if (found.length < expected.length) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(found).toEqual(expected);
  expect(await stack.journal()).toEqual(before);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
