import { configurationSchema } from '../../worker/config/schema';
import { SECRET_FORM } from '../../credentials/secret-spelling';
import { keysOf } from './schema-keys';

/** What is the same in two places: told once, with a reference. */
const AS: Readonly<Record<string, string>> = {
  'environments.NAME.rancher': 'rancher',
  'environments.NAME.policy': 'defaults',
  'environments.NAME.notifications': 'notifications',
};

/** What each key is for. A key without one, and one without a key, fail the test that compares. */
const MEANINGS: Readonly<Record<string, string>> = {
  version: 'of the form of this file; left out: 1',
  temporal:
    'where Temporal is; the environment variables go before it, see [Connections and secrets](connections-and-secrets.md)',
  'temporal.address': 'default `127.0.0.1:7233`',
  'temporal.namespace': 'default `default`',
  'temporal.webUrl': 'of Temporal Web, for the links that are printed',
  'temporal.codec': 'payloads are encrypted',
  'temporal.codec.keys': 'the keys, the first of which encrypts',
  rancher: 'for all environments, unless one says otherwise',
  'rancher.url': 'also with `/v1`, `/v2-beta`, `/v2-beta/projects/1a5`',
  'rancher.accessKey': 'of the API key',
  'rancher.secretKey': 'of the API key',
  'rancher.keyGrace': 'how long a key that was accepted before may be refused until another one is there; default 2m',
  'rancher.requests':
    '[how gently Rancher is asked](configuration.md#how-gently-rancher-is-asked), by each worker for each environment',
  'rancher.requests.perSecond': 'in the long run; default 50',
  'rancher.requests.concurrent': 'under way at once; default 8',
  'rancher.ca': 'an authority of your own, besides the public ones',
  'rancher.events':
    "whether the worker listens to Rancher's event stream; default true; without it, it reads more often",
  defaults: 'the policy, unless an environment says otherwise; [what each limit decides](time-outs.md)',
  'defaults.onPending': "what to do with somebody else's pending upgrade",
  'defaults.batchSize': 'containers replaced at a time',
  'defaults.batchInterval': 'pause between batches',
  'defaults.startFirst': 'start a new container before the old one is stopped',
  'defaults.stallLimit': 'without progress for so long, it is rolled back',
  'defaults.timeout': 'the cap from the start to the finish, without the time that people take',
  'defaults.settleLimit': 'how long a busy service is waited for',
  'defaults.soak': 'how long the new containers must stay proven',
  'defaults.maxRestarts': 'how often they may be started again before the finish',
  'defaults.confirm': 'whether a person confirms each upgrade',
  'defaults.onExpiry': 'what a confirmation that nobody gave leads to',
  'defaults.rollbackLimit': 'a rollback that gets nowhere for so long parks',
  'defaults.finishLimit': 'a finish that gets nowhere for so long parks',
  'defaults.confirmLimit': 'so long a confirmation is waited for',
  'defaults.parkLimit': 'so long somebody is waited for where it is parked',
  'defaults.reachLimit': 'away for so long before anything was posted: `unreachable`',
  'defaults.outageLimit': 'away for so long after that: it parks',
  'defaults.requestTimeout': 'one request to Rancher, body included',
  'defaults.pollMin': 'the shortest pause between two reads',
  'defaults.pollMax': 'the longest pause between two reads',
  'defaults.maxRounds': 'upgrades that one deployment posts at most',
  notifications: 'who is told what, by names of your own; see [Being told](notifications.md)',
  'notifications.NAME.webhook': 'either this',
  'notifications.NAME.webhook.url': 'where to',
  'notifications.NAME.webhook.headers': 'sent along, by their names',
  'notifications.NAME.webhook.headers.NAME': 'the value of one',
  'notifications.NAME.webhook.body': 'instead of the usual body',
  'notifications.NAME.slack': 'or this',
  'notifications.NAME.slack.url': 'the incoming webhook, which is a secret',
  'notifications.NAME.slack.text': 'instead of the usual text',
  'notifications.NAME.events': 'of which it is told; left out: of all',
  environments: 'by their aliases, as commands name them',
  'environments.NAME.project': 'in Rancher; default: the alias',
  'environments.NAME.rancher': 'over those of the file',
  'environments.NAME.policy': 'over those of the file',
  'environments.NAME.variables': 'what `--variable KEY=REFERENCE` may refer to',
  'environments.NAME.variables.NAME': 'the value of one',
  'environments.NAME.labels': 'put `io.drover.deployment` on what is posted; default true',
  'environments.NAME.gates': 'checks before a finish, by names of your own; see [Gates](configuration.md#gates)',
  'environments.NAME.gates.NAME.services': 'for which it is; left out: all',
  'environments.NAME.gates.NAME.http': 'either this: a request from the worker',
  'environments.NAME.gates.NAME.http.url': '`{environment}`, `{stack}` and `{service}` stand for the names',
  'environments.NAME.gates.NAME.http.status': 'that passes; default 200',
  'environments.NAME.gates.NAME.http.contains': 'that passes',
  'environments.NAME.gates.NAME.http.headers': 'sent along, by their names',
  'environments.NAME.gates.NAME.http.headers.NAME': 'the value of one',
  'environments.NAME.gates.NAME.exec': 'or this: run on the worker, without a shell; needs `worker.allowExec`',
  'environments.NAME.gates.NAME.passes': 'in a row; default 1',
  'environments.NAME.gates.NAME.every': 'between two checks; default 5s',
  'environments.NAME.gates.NAME.within': 'what has not passed by then fails; default 2m',
  'environments.NAME.gates.NAME.timeout': 'of one check; default 10s',
  'environments.NAME.probes': 'what the gates of releases may ask from here; see [Releases](releases.md)',
  'environments.NAME.probes.to':
    'the only servers that they may ask, by default none; `*` stands for a part of the name',
  'environments.NAME.probes.secrets': 'what their headers may refer to, by names of your own',
  'environments.NAME.probes.secrets.NAME': 'the value of one',
  'environments.NAME.notifications': 'besides those of the file',
  worker: 'this process',
  'worker.environments': 'serve these only; left out: all',
  'worker.maxConcurrentActivities': 'requests to Rancher and the like at once, for each environment',
  'worker.maxConcurrentWorkflowTasks': 'steps of workflows at once',
  'worker.maxCachedWorkflows':
    'workflows that are kept in memory; default: as many as leave a worker under 1 GiB, or under what its container has, 1224 at most',
  'worker.shutdownGraceTime': 'what runs may end when it is told to; default 30s',
  'worker.metricsAddress': 'a page for Prometheus; off unless it is set',
  'worker.healthAddress': '`/healthz` and `/readyz`; off unless it is set',
  'worker.digestSecret': 'what digests are keyed with; left out: one of its own in a file',
  'worker.approvalKeys': 'what signed approvals are verified with, by the ids of the keys',
  'worker.approvalKeys.NAME': 'one key',
  'worker.allowExec': 'whether gates may run programs here; default false',
  'worker.versioning': "Temporal's Worker Versioning; see [Upgrading Drover](upgrading-drover.md)",
  'worker.versioning.enabled': 'default false',
  'worker.versioning.deployment': 'shared by all workers; default `drover`',
  'worker.versioning.buildId': "left out: made of the package's version and the workflows' code",
};

/** The rows of the reference: key, what it holds, what it is for. */
export function droverYamlRows(): readonly (readonly [string, string, string])[] {
  const isTold = (path: string): boolean => !Object.keys(AS).some((place) => path.startsWith(`${place}.`));
  return keysOf(configurationSchema)
    .filter(({ path }) => isTold(path))
    .map(({ path, holds }) => {
      const as = AS[path];
      const what = as === undefined ? (holds ?? '') : `the keys of \`${as}\``;
      return [`\`${path}\``, what.replaceAll(SECRET_FORM, "a secret's place"), MEANINGS[path] ?? ''] as const;
    });
}

/** Keys that have no meaning here, and meanings of what is no key. */
export function mismatches(): readonly string[] {
  const paths = droverYamlRows().map(([path]) => path.replaceAll('`', ''));
  return [
    ...paths.filter((path) => MEANINGS[path] === undefined),
    ...Object.keys(MEANINGS).filter((path) => !paths.includes(path)),
  ];
}
