import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Command } from '../../client/cli/command';
import { interventionCommand } from '../../client/cli/commands/intervention';
import { list } from '../../client/cli/commands/list';
import { status } from '../../client/cli/commands/status';
import { upgrade } from '../../client/cli/commands/upgrade';
import { worker } from '../../client/cli/commands/worker';
import { parseArguments } from '../../client/cli/parse-arguments';
import { COMMON_OPTIONS } from '../../client/cli/option-spec';
import { readUpgrade } from '../../client/cli/read-upgrade';
import { targetOf } from '../../client/cli/target';
import { DroverClient } from '../../client/drover-client';
import { InvalidInputError } from '../../client/errors/invalid-input-error';
import { buildRequest } from '../../client/input/build-request';
import { queryOf } from '../../client/temporal/list-query';
import { whyNoRequest } from '../../decision/why-no-request';
import { INTERVENTIONS } from '../../workflows/contract';
import { DROVER_MAIN, freshDist } from '../support/fresh-dist';
import { StartedProcess } from '../support/started-process';
import { temporalAddress } from '../support/temporal-cli';
import { uncleanIn } from './clean-words';
import { printed } from './printed';
import { LIMIT_MILLIS, runs } from './runs';

/** Tokens as people have them: each is recognised for one, and repeated nowhere. */
const SECRETS: readonly string[] = [
  ...[
    'ghp_c0ffee17c0ffee17c0ffee17c0ffee17c0ff',
    'glpat-c0ffee17c0ffee17c0ff',
    'AKIAC0FFEE17C0FFEE17',
    'Zc0Ffee17Zc0Ffee17Zc0Ffee17',
  ],
  ...['c0ffee17c0ffee17c0ffee17c0ffee17', 'https://user:c0ffee17@registry.example.com/web', 'user:c0ffee17@host/web:1'],
];
const SECRET = /c0ffee17/i;

const WORDS: readonly string[] = [
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'prod',
    'storefront/web',
    'a/b/c',
    '/',
    '//',
    '',
    ' ',
    '-',
    '--',
    '---',
  ],
  ...[
    '-h',
    '-x',
    '-1',
    '=',
    '--=',
    '--=x',
    '--__proto__',
    '--__proto__=x',
    '--constructor',
    '--image',
    '--image=',
    '--image=example/web:2',
  ],
  ...[
    '--label=a=b',
    '--label',
    '--label=__proto__=x',
    '--label==',
    '--variable=A=b',
    '--variable=__proto__=x',
    '--variable=A=',
    '--sidekick=constructor=a/b:1',
  ],
  ...[
    '--sidekick=__proto__=a/b:1',
    '--hold',
    '--hold=no',
    '--no-hold',
    '--soak=1e99s',
    '--timeout=-5',
    '--batch-size=1e3',
    '--on-pending=constructor',
  ],
  ...[
    '--request-id=x',
    "--request-id='",
    '--why=\u001b[2J\r\nx',
    '--limit=9999999',
    '--verdict=__proto__',
    '--follow-timeout=NaN',
    '--json',
    '--help',
  ],
  ...[
    "x' OR 1=1",
    "x\\' OR ''='",
    'x\u0000',
    '\u202e\u001b]0;x\u0007',
    'é\ud83d\ude80',
    '\ud800',
    '$(reboot)',
    '`id`',
    '../../etc',
    'x'.repeat(70),
    'y'.repeat(100_000),
  ],
];
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...SECRETS) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          '--image=',
          '--label=a=',
          '--variable=A=',
          '--on-pending=',
          '--soak=',
          '--',
          '--verdict=',
          '--stack=',
        ),
        fc.constantFrom(...SECRETS),
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const commands: readonly Command[] = [upgrade, status, list, worker, ...INTERVENTIONS.map(interventionCommand)];

test(
  'any command line is understood, or refused in clean words; a token that is typed in the wrong place is not repeated',
  () => {
    const count = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.nat(commands.length - 1),
        fc.array(word, { maxLength: 8 }),
        fc.dictionary(
          fc.constantFrom(
            'RANCHER_ENVIRONMENT',
            'RANCHER_STACK',
            'RANCHER_SERVICE',
            'CI_PROJECT_PATH',
            'GITLAB_CI',
            'CI_JOB_ID',
            'USER',
          ),
          word,
        ),
        (index, words, env) => {
          const command = commands[index];
          if (command === undefined) return;
          try {
            const args = parseArguments(command.name, [...command.options, ...COMMON_OPTIONS], words);
            if (command.name === 'upgrade') {
              const { request } = buildRequest(readUpgrade(args, env), env, new Date(0));
              // What leaves the client is what a deployment can work on.
              expect(whyNoRequest(JSON.parse(JSON.stringify(request)))).toBeNull();
            } else if (['status', 'cancel'].includes(command.name)) targetOf(args, env);
            count.taken += 1;
          } catch (error) {
            if (!(error instanceof InvalidInputError)) throw error;
            count.refused += 1;
            for (const json of [false, true]) {
              const { code, text } = printed(error, json);
              expect(code).toBe(2);
              expect(uncleanIn(text)).toEqual([]);
              expect(text).not.toMatch(SECRET);
              if (json) expect(JSON.parse(text)).toMatchObject({ type: 'result', verdict: 'invalid', exitCode: 2 });
            }
            // Each says where, what and what to do.
            for (const { where, text, fix } of error.problems)
              expect([where, text, fix].every((part) => /\S/.test(part))).toBe(true);
          }
        },
      ),
      runs(3000),
    );
    expect(Math.min(count.taken, count.refused)).toBeGreaterThan(200);
  },
  LIMIT_MILLIS,
);

test(
  "a filter of any content stays one text of Temporal's query: read as its language reads it, it is what was given",
  () => {
    const piece = fc.constantFrom(
      "'",
      "''",
      '\\',
      "\\'",
      '"',
      '`',
      ' OR ',
      '1=1',
      '--',
      '/*',
      ';',
      '%',
      'x',
      '\u0000',
      '\n',
      'é',
    );
    const content = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(content, content, (environment, service) => {
        const query = queryOf({ environment, service });
        const texts = [...query.matchAll(/(\w+) = '((?:[^'\\]|''|\\.)*)'(?= AND |$)/gs)];
        const read = texts.map(([, name, text]) => [
          name,
          (text ?? '').replace(/''|\\(.)/gs, (pair, escaped: string) => (pair === "''" ? "'" : escaped)),
        ]);
        expect(texts.map(([whole]) => whole).join(' AND ')).toBe(query);
        expect(read.slice(1)).toEqual([
          ['DroverEnvironment', environment],
          ['DroverService', service],
        ]);
      }),
      runs(2000),
    );
  },
  LIMIT_MILLIS,
);

test('and Temporal reads it so: nothing is found by what would be an expression', async () => {
  const client = await DroverClient.connect({ address: temporalAddress(), env: {} });
  try {
    const hostile = [
      "x' OR WorkflowType = 'upgradeService",
      "x\\' OR WorkflowType = 'upgradeService",
      "\\' OR 1=1 --",
      '\\',
      "'",
      '\u0000',
      '%',
      '\ud800',
    ];
    for (const environment of hostile) await expect(client.list({ environment, limit: 5 })).resolves.toEqual([]);
  } finally {
    await client.close();
  }
});

test('the process itself, and what is not a command', async () => {
  await freshDist();
  const folder = mkdtempSync(join(tmpdir(), 'drover-hostile-'));
  const rows: readonly (readonly string[])[] = [
    ['constructor'],
    ['__proto__', '--json'],
    [''],
    ['\u001b[2J\u202e'],
    ['y'.repeat(100_000)],
    [SECRETS[0] ?? ''],
    ['upgrade', 'prod', 'storefront/web', SECRETS[1] ?? ''],
    ['upgrade', 'prod', 'storefront/web', '--image', SECRETS[5] ?? '', '--json'],
    ['upgrade', ...Array.from({ length: 2000 }, (_, index) => `--nonsense-${index}`)],
    ['status', '--__proto__=x', '--constructor'],
    ['help', 'constructor'],
  ];
  try {
    const ends = await Promise.all(
      rows.map(
        (args) =>
          new StartedProcess('drover', DROVER_MAIN, args, {
            cwd: folder,
            env: { PATH: process.env['PATH'], HOME: folder },
          }).ended,
      ),
    );
    for (const [index, { code, stdout, stderr }] of ends.entries()) {
      expect([rows[index]?.[0], code]).toEqual([rows[index]?.[0], rows[index]?.[0] === 'help' ? 0 : 2]);
      expect(stdout + stderr).not.toMatch(SECRET);
      expect(uncleanIn((stdout + stderr).slice(0, 5000))).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
