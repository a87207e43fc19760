import { InvalidInputError } from '../../../client/errors/invalid-input-error';
import { DIALECT_NAMES, optionOf } from '../../../client/gitlab-deploy/dialect-options';
import type { DialectName } from '../../../client/gitlab-deploy/dialect-options';
import { readDialect } from '../../../client/gitlab-deploy/read-dialect';
import { translate } from '../../../client/gitlab-deploy/translate';
import { readUpgrade } from '../../../client/cli/read-upgrade';
import { upgrade } from '../../../client/cli/commands/upgrade';
import { COMMON_OPTIONS } from '../../../client/cli/option-spec';
import { parseArguments } from '../../../client/cli/parse-arguments';
import { buildRequest } from '../../../client/input/build-request';

const ENV = {
  CI_PROJECT_NAMESPACE: 'shop',
  CI_PROJECT_NAME: 'web',
  RANCHER_ENVIRONMENT: 'prod',
  RANCHER_URL: 'https://rancher.example.com',
};
const BASE = ['upgrade', 'prod', 'shop/web', '--redeploy', '--on-pending=finish'];

/** What a command line comes to: `drover`'s words beyond those that are always there, or each refusal by its place; then the notes. */
function outcome(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = ENV,
): { said: string[]; notes: string[] } {
  try {
    const { argv: words, notes } = translate(readDialect(argv, env), env);
    const [target, rest] = [words.slice(0, 3), words.slice(3)];
    const extra = rest.filter((word) => !BASE.includes(word));
    return { said: target.join(' ') === BASE.slice(0, 3).join(' ') ? extra : [...target, ...extra], notes: [...notes] };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { said: error.problems.map(({ where, text, fix }) => `refused ${where}: ${text}: ${fix}`), notes: [] };
  }
}

/** The options in the words of `rancher-gitlab-deploy --help`, version 1.7. */
const OF_THE_OLD_TOOL = `rancher-url rancher-key rancher-secret rancher-label-separator environment stack service
  start-before-stopping batch-size batch-interval upgrade-timeout wait-for-upgrade-to-finish rollback-on-error new-image
  finish-upgrade sidekicks new-sidekick-image create labels label variables variable service-links service-link host-id
  debug ssl-verify secrets secret`.split(/\s+/);

/** A row for each of them, and for each form: what it is given as, and what it comes to. */
const ROWS: readonly (readonly [DialectName, string[], string | RegExp, RegExp?])[] = [
  ['rancher-url', ['--rancher-url', 'https://other'], '', /^--rancher-url: not used: the worker's drover\.yaml/],
  ['rancher-key', ['--rancher-key', 'canary-key-1'], '', /^--rancher-key: not used: .*make a new key in Rancher/s],
  ['rancher-secret', ['--rancher-secret=canary-key-2'], '', /^--rancher-secret: not used/],
  ['rancher-label-separator', ['--rancher-label-separator', ';', '--labels', 'a=1,2;b=3'], '--label=a=1,2 --label=b=3'],
  ['environment', ['--environment', 'qa'], 'upgrade qa shop/web'],
  ['stack', ['--stack', 'my.shop'], 'upgrade prod my-shop/web'],
  ['service', ['--service', 'api'], 'upgrade prod shop/api'],
  ['start-before-stopping', ['--start-before-stopping'], '--start-first'],
  ['start-before-stopping', ['--no-start-before-stopping'], '--no-start-first'],
  ['batch-size', ['--batch-size', '3'], '--batch-size=3'],
  ['batch-size', ['--batch-size', 'many'], /^refused --batch-size: it must be a whole number/],
  ['batch-interval', ['--batch-interval', '10'], '--batch-interval=10s'],
  ['batch-interval', ['--batch-interval', '0'], /^refused --batch-interval/],
  ['upgrade-timeout', ['--upgrade-timeout', '600'], '--timeout=600s'],
  ['wait-for-upgrade-to-finish', ['--wait-for-upgrade-to-finish'], ''],
  ['wait-for-upgrade-to-finish', ['--no-wait-for-upgrade-to-finish'], '--detach'],
  ['rollback-on-error', ['--rollback-on-error'], ''],
  ['rollback-on-error', ['--no-rollback-on-error'], /^refused --no-rollback-on-error: .*half upgraded/],
  ['new-image', ['--new-image', 'registry:5000/shop/web:2'], '--image=registry:5000/shop/web:2'],
  ['finish-upgrade', ['--finish-upgrade'], ''],
  ['finish-upgrade', ['--no-finish-upgrade'], '--hold'],
  ['sidekicks', ['--sidekicks'], /^refused --sidekicks: .*--new-sidekick-image NAME IMAGE/],
  ['sidekicks', ['--sidekicks', '--new-sidekick-image', 'log', 'a/log:2'], '--sidekick=log=a/log:2'],
  ['sidekicks', ['--no-sidekicks'], ''],
  ['new-sidekick-image', ['--new-sidekick-image=log', 'a/log:2'], '--sidekick=log=a/log:2'],
  ['create', ['--create'], '', /^--create: nothing where the service is there/],
  ['create', ['--no-create'], ''],
  ['labels', ['--labels', 'team=shop,tier=1=2'], '--label=team=shop --label=tier=1=2'],
  ['labels', ['--labels', 'team'], /^refused --labels: an item is not KEY=VALUE/],
  ['label', ['--labels', 'a=1', '--label', 'a', '2', '--label', 'b', '3'], '--label=a=2 --label=b=3'],
  ['variables', ['--variables', 'A=ref:shop-a,B=ref:shop-b'], '--variable=A=shop-a --variable=B=shop-b'],
  ['variables', ['--variables', 'A=canary-value-1'], /^refused --variable "A": it has a value in clear.*ref:NAME/],
  ['variable', ['--variable', 'A', 'ref:shop-a'], '--variable=A=shop-a'],
  ['variable', ['--variable', 'A', 'canary-value-2'], /^refused --variable "A": it has a value in clear/],
  ['service-links', ['--service-links', 'db=db'], '', /^--service-links: nothing/],
  ['service-link', ['--service-link', 'db', 'db'], '', /^--service-link: /],
  ['host-id', ['--host-id', '1h1'], '', /^--host-id: nothing/],
  ['debug', ['--debug'], ''],
  ['debug', ['--no-debug'], ''],
  ['ssl-verify', ['--ssl-verify'], '', /^--ssl-verify: always done/],
  ['ssl-verify', ['--no-ssl-verify'], /^refused --no-ssl-verify: .*rancher\.ca/],
  ['secrets', ['--secrets', 'a=b'], '', /^--secrets: nothing/],
  ['secret', ['--secret', 'a', '--secret', 'b'], '', /^--secret: /],
];

describe('the options of rancher-gitlab-deploy', () => {
  it('are 29, and each has a row here for every form of it', () => {
    expect([...DIALECT_NAMES]).toEqual(OF_THE_OLD_TOOL);
    expect(DIALECT_NAMES).toHaveLength(29);
    for (const name of DIALECT_NAMES) {
      const forms = optionOf(name).takes === 'switch' ? [`--${name}`, `--no-${name}`] : [`--${name}`];
      for (const form of forms)
        expect([
          form,
          ROWS.some(([of, argv]) => of === name && argv.some((word) => word.split('=')[0] === form)),
        ]).toEqual([form, true]);
    }
  });

  test.each(ROWS.map(([name, argv, said, notes]) => [argv.join(' '), name, argv, said, notes] as const))(
    '%s',
    (_line, name, argv, wanted, note) => {
      const { said, notes } = outcome(argv);
      if (typeof wanted === 'string') expect(said.join(' ')).toBe(wanted);
      else expect(said.join('\n')).toMatch(wanted);
      if (note === undefined) expect(notes).toEqual([]);
      else expect(notes.join('\n')).toMatch(note);
      // The table says so too, and what is refused is refused by its name.
      const { treatment, no } = optionOf(name);
      const isRefused = said.some(
        (one) => one.startsWith(`refused --${name}`) || one.startsWith(`refused --no-${name}`),
      );
      if (isRefused && typeof wanted !== 'string' && /Drover does not do that/.test(said.join()))
        expect([treatment, no?.treatment]).toContain('refused');
      if (note !== undefined) expect(['by the worker', 'for creation']).toContain(treatment);
      expect([...said, ...notes].join('\n')).not.toMatch(/canary/);
    },
  );

  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'an environment by the name that Rancher has',
      ['--environment', 'PRODUCTION'],
      { DROVER_GITLAB_ENVIRONMENTS: 'x=y, Production=live' },
      /^upgrade\nlive\nshop\/web/,
    ],
    [
      'one by its id, from the variable',
      [],
      { RANCHER_ENVIRONMENT: '', RANCHER_ENV_ID: '1a5', DROVER_GITLAB_ENVIRONMENTS: '1a5=live' },
      /^upgrade\nlive\nshop\/web/,
    ],
    [
      'aliases that cannot be read',
      [],
      { DROVER_GITLAB_ENVIRONMENTS: 'Production' },
      /^refused DROVER_GITLAB_ENVIRONMENTS/,
    ],
    [
      'no environment at all',
      [],
      { RANCHER_ENVIRONMENT: '' },
      /^refused --environment: it is missing; Drover does not take the first/,
    ],
    [
      'no stack and no service',
      [],
      { CI_PROJECT_NAMESPACE: '', CI_PROJECT_NAME: '' },
      /refused --stack: it is missing.*CI_PROJECT_NAMESPACE\n?.*refused --service/s,
    ],
    [
      'a group within a group, which is no stack',
      [],
      { CI_PROJECT_NAMESPACE: 'a/b' },
      /^refused --stack: "a\/b" cannot be the name of a stack/,
    ],
    [
      'an option that there is not, and the nearest',
      ['--new-imgae', 'x'],
      {},
      /^refused --new-imgae: .*did you mean --new-image\?/,
    ],
    ['an option without its value', ['--new-image'], {}, /^refused --new-image: its value is missing/],
    ['half a pair', ['--label', 'a'], {}, /^refused --label: it takes two values/],
    ['a switch with a value', ['--create=yes'], {}, /^refused --create: it takes no value/],
    ['a word too many', ['web'], {}, /^refused web: it takes no arguments/],
    ['the last one of two, as in the old tool', ['--new-image', 'a:1', '--new-image', 'a:2'], {}, /^--image=a:2$/],
    ['several refusals at once', ['--no-ssl-verify', '--sidekicks'], {}, /--sidekicks.*--no-ssl-verify/s],
  ])('%s', (_case, argv, env, wanted) => {
    expect(outcome(argv, { ...ENV, ...env }).said.join('\n')).toMatch(wanted);
  });

  it('tell a version where it is asked for, whatever else is wrong', () => {
    expect(readDialect(['--version', '--nonsense'], ENV).version).toBe(true);
    expect(readDialect(['--new-image', '--version'], ENV)).toMatchObject({ version: false });
  });

  it('say where keys are set in vain, and not what they are', () => {
    const { said, notes } = outcome([], { ...ENV, RANCHER_ACCESS_KEY: 'canary-1', RANCHER_SECRET_KEY: 'canary-2' });
    expect(said).toEqual([]);
    expect(notes).toEqual([
      'RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY: set, and not used: the worker has the keys; take them out of this job',
    ]);
  });

  it('come to command lines that "drover upgrade" takes, each of them', () => {
    const options = [...upgrade.options, ...COMMON_OPTIONS];
    for (const [, argv] of ROWS) {
      let words: readonly string[];
      try {
        words = translate(readDialect(argv, ENV), ENV).argv;
      } catch {
        continue;
      }
      const parsed = parseArguments('upgrade', options, words.slice(1));
      const { request } = buildRequest(readUpgrade(parsed, ENV), ENV, new Date());
      expect(request).toMatchObject({ redeploy: true, overrides: { onPending: 'finish' } });
    }
  });
});
