/** What Drover does about an option of `rancher-gitlab-deploy`. */
export type Treatment =
  /** Done. */
  | 'honoured'
  /** What it is for is the worker's: it is not used, and said so where it is on the command line. */
  | 'by the worker'
  /** It counts only for a service that is made, as in the old tool: said so; where there is no such service, refused. */
  | 'for creation'
  /** Refused by its name, before anything is started: exit code 2. */
  | 'refused';

/** One option of `rancher-gitlab-deploy` 1.7. */
export interface DialectOption {
  /** `one` and `pairs` take one and two values; `switch` has a form with `--no-`; `pairs` and `many` may be repeated. */
  readonly takes: 'one' | 'many' | 'pairs' | 'switch';
  /** The variable that stands in where it is not given; an empty one counts as none. */
  readonly variable?: string;
  readonly treatment: Treatment;
  /** What becomes of it. */
  readonly does: string;
  /** Of a switch: what becomes of its form with `--no-`, where that is treated otherwise. */
  readonly no?: { readonly treatment: Treatment; readonly does: string };
}

/** Why the worker has it, in the words of warnings and of the documentation. */
const KEYS = 'not used: the worker of the environment has the keys, and nobody else needs them';

/**
 * The options of `rancher-gitlab-deploy` 1.7, in the order of its own help, and what becomes of each. The parser, the translation, the
 * documentation and the tests go by this table.
 */
export const DIALECT_OPTIONS = {
  'rancher-url': {
    takes: 'one',
    variable: 'RANCHER_URL',
    treatment: 'by the worker',
    does: "not used: the worker's `drover.yaml` has the address of each environment's Rancher; Temporal is found by `TEMPORAL_ADDRESS`",
  },
  'rancher-key': { takes: 'one', variable: 'RANCHER_ACCESS_KEY', treatment: 'by the worker', does: KEYS },
  'rancher-secret': { takes: 'one', variable: 'RANCHER_SECRET_KEY', treatment: 'by the worker', does: KEYS },
  'rancher-label-separator': {
    takes: 'one',
    variable: 'RANCHER_LABEL_SEPARATOR',
    treatment: 'honoured',
    does: 'what separates the items of `--labels`; default a comma',
  },
  environment: {
    takes: 'one',
    treatment: 'honoured',
    does: 'the alias of the environment in the worker\'s `drover.yaml`; a name or an id of Rancher\'s is turned into one by `DROVER_GITLAB_ENVIRONMENTS` ("Production=prod,1a5=prod"). Left out: `RANCHER_ENVIRONMENT`, `RANCHER_ENV_ID`; never "the first one that the key can see"',
  },
  stack: {
    takes: 'one',
    variable: 'CI_PROJECT_NAMESPACE',
    treatment: 'honoured',
    does: 'the stack; dots become dashes. It is to be spelled as Rancher has it: other capitals are refused (exit code 7), with the right spelling',
  },
  service: {
    takes: 'one',
    variable: 'CI_PROJECT_NAME',
    treatment: 'honoured',
    does: 'the service; as `--stack`',
  },
  'start-before-stopping': {
    takes: 'switch',
    treatment: 'honoured',
    does: '`--start-first`',
    no: {
      treatment: 'honoured',
      does: "`--no-start-first`; neither of them: as the environment's policy says, by default so",
    },
  },
  'batch-size': {
    takes: 'one',
    treatment: 'honoured',
    does: "`--batch-size`; default: the environment's policy, 1 where it says nothing",
  },
  'batch-interval': {
    takes: 'one',
    treatment: 'honoured',
    does: "`--batch-interval`, whole seconds, at least 1; default: the environment's policy, 2 where it says nothing",
  },
  'upgrade-timeout': {
    takes: 'one',
    treatment: 'honoured',
    does: "`--timeout`, seconds: what takes longer is rolled back, where the old tool left it half upgraded. Default: the environment's policy (a limit on standing still, and an hour in all), not 300",
  },
  'wait-for-upgrade-to-finish': {
    takes: 'switch',
    treatment: 'honoured',
    does: 'followed to the verdict',
    no: {
      treatment: 'honoured',
      does: '`--detach`, with exit code 0 where it was started. It is finished all the same when it is proven; the old tool left it `upgraded`',
    },
  },
  'rollback-on-error': {
    takes: 'switch',
    treatment: 'honoured',
    does: 'always done; also where the old tool could not (a lost connection, a job that was killed)',
    no: {
      treatment: 'refused',
      does: 'nothing is ever left half upgraded: leave it out. To judge a bad upgrade yourself, use `--no-finish-upgrade`',
    },
  },
  'new-image': {
    takes: 'one',
    treatment: 'honoured',
    does: '`--image`, with `--redeploy`: the same tag, pushed again, is upgraded too. Left out, the service is upgraded with the image that it has',
  },
  'finish-upgrade': {
    takes: 'switch',
    treatment: 'honoured',
    does: 'finished when every container is proven to run what was asked',
    no: {
      treatment: 'honoured',
      does: '`--hold`: upgraded, verified, and then `drover confirm` or `drover rollback`; as the policy says where nobody decides. The next upgrade does not finish it unasked: it is refused (7) until somebody decided',
    },
  },
  sidekicks: {
    takes: 'switch',
    treatment: 'refused',
    does: 'the sidekicks to upgrade are named: `--new-sidekick-image NAME IMAGE` for each, with the image that it has where it is to stay. With one of these given, `--sidekicks` is accepted',
    no: { treatment: 'honoured', does: 'what is not named is left alone' },
  },
  'new-sidekick-image': {
    takes: 'pairs',
    treatment: 'honoured',
    does: '`--sidekick NAME=IMAGE`; a sidekick that is not there is refused (7), where the old tool said nothing. Only what is named is replaced',
  },
  create: {
    takes: 'switch',
    treatment: 'for creation',
    does: 'nothing where the service is there; where it is not, nothing is made: the deployment is refused (7). `drover promote --create-missing` makes a service as another environment has it',
    no: { treatment: 'honoured', does: 'so it is' },
  },
  labels: {
    takes: 'one',
    treatment: 'honoured',
    does: '`--label`, each; they are merged: the old tool dropped all other labels of the service',
  },
  label: { takes: 'pairs', treatment: 'honoured', does: 'the same; before `--labels`' },
  variables: {
    takes: 'one',
    treatment: 'honoured',
    does: "`--variable`, each written `KEY=ref:NAME`, where NAME is a reference in the worker's `drover.yaml`; merged: the old tool dropped all other variables of the service. A value in clear is refused before it is sent anywhere (2)",
  },
  variable: { takes: 'pairs', treatment: 'honoured', does: 'the same, written `KEY ref:NAME`; before `--variables`' },
  'service-links': {
    takes: 'one',
    treatment: 'for creation',
    does: 'nothing, as for a service that is there already in the old tool: set links in Rancher',
  },
  'service-link': { takes: 'pairs', treatment: 'for creation', does: 'as `--service-links`' },
  'host-id': {
    takes: 'one',
    treatment: 'for creation',
    does: 'nothing, as for a service that is there already in the old tool: set it in Rancher',
  },
  debug: {
    takes: 'switch',
    treatment: 'honoured',
    does: 'says the `drover` command that it comes to; never a key, as the old tool did',
    no: { treatment: 'honoured', does: 'so it is' },
  },
  'ssl-verify': {
    takes: 'switch',
    treatment: 'by the worker',
    does: 'always done, by the worker',
    no: {
      treatment: 'refused',
      does: "certificates are always verified: give the worker your authority's (`rancher.ca` in `drover.yaml`, or `RANCHER_CA_FILE`)",
    },
  },
  secrets: {
    takes: 'one',
    treatment: 'for creation',
    does: 'nothing, as for a service that is there already in the old tool: the secrets that it has stay',
  },
  secret: { takes: 'many', treatment: 'for creation', does: 'as `--secrets`' },
} as const satisfies Record<string, DialectOption>;

/** One of the names. */
export type DialectName = keyof typeof DIALECT_OPTIONS;

/** The same, of which any field may be asked. */
export const optionOf = (name: DialectName): DialectOption => DIALECT_OPTIONS[name];

export const DIALECT_NAMES = Object.keys(DIALECT_OPTIONS).filter((name): name is DialectName => isDialectName(name));

export function isDialectName(name: string): name is DialectName {
  return Object.hasOwn(DIALECT_OPTIONS, name);
}
