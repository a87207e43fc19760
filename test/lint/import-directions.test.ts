import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

/** A file that does not exist, and the import that is tried in it. */
interface Snippet {
  readonly path: string;
  readonly code: string;
}

const value = (path: string, from: string): Snippet => ({
  path,
  code: `import { x } from '${from}';\nexport const y = x;\n`,
});
const type = (path: string, from: string): Snippet => ({
  path,
  code: `import type { X } from '${from}';\nexport type Y = X;\n`,
});
const lazy = (path: string, from: string): Snippet => ({ path, code: `export const y = () => import('${from}');\n` });
const again = (path: string, from: string): Snippet => ({ path, code: `export { x } from '${from}';\n` });

const REFUSED: readonly Snippet[] = [
  value('decision/new.ts', 'node:path'),
  value('decision/new.ts', 'path'),
  value('decision/new.ts', 'zod'),
  value('decision/new.ts', '@temporalio/common'),
  type('decision/new.ts', '../activities/contract'),
  lazy('decision/new.ts', './phase.js'),
  value('rancher/new.ts', '@temporalio/activity'),
  type('rancher/new.ts', '../decision/phase'),
  value('rancher/errors/new.ts', '../../decision/phase'),
  value('simulator/new.ts', '../decision/phase'),
  value('simulator/new.ts', '../rancher/json'),
  lazy('simulator/new.ts', '../rancher/json.js'),
  type('simulator/new.ts', '@temporalio/client'),
  value('workflows/new.ts', '../activities/create-activities'),
  value('workflows/steps/new.ts', '../../activities/digest'),
  value('workflows/new.ts', './../activities/digest'),
  again('workflows/new.ts', '../activities/create-activities'),
  lazy('workflows/new.ts', '../activities/create-activities.js'),
  value('workflows/new.ts', 'node:crypto'),
  value('workflows/new.ts', 'crypto'),
  value('workflows/new.ts', '@temporalio/client'),
  value('workflows/new.ts', '@temporalio/workflow/lib/internals'),
  type('workflows/new.ts', '../rancher/rancher-client'),
  value('activities/new.ts', '../workflows/contract'),
  type('activities/new.ts', '../workflows/deployment'),
  type('activities/new.ts', '../worker/config/schema'),
  type('activities/new.ts', '../client/outcome'),
  value('client/new.ts', '../rancher/rancher-url'),
  type('client/new.ts', '../rancher/rancher-url'),
  lazy('client/new.ts', '../rancher/rancher-url.js'),
  type('client/new.ts', '../activities/contract'),
  type('client/cli/commands/new.ts', '../../../activities/contract'),
  value('client/new.ts', 'node-fetch'),
  value('client/new.ts', '../worker/config/schema'),
  value('client/temporal/new.ts', '../../simulator/simulator'),
  value('client/cli/new.ts', '../../worker/config/schema.js'),
  value('client/temporal/new.ts', '../../workflows/upgrade-service'),
  value('credentials/new.ts', '@temporalio/common'),
  value('credentials/new.ts', 'zod'),
  value('codec/new.ts', '@temporalio/client'),
  type('codec/new.ts', '../worker/config/configuration'),
  value('workflows/new.ts', '../codec/key-ring'),
  value('activities/new.ts', '../credentials/secret-source'),
  type('worker/new.ts', '../client/outcome'),
  value('worker/new.ts', '../simulator/simulator'),
  value('worker/config/new.ts', '../../test/state-matrix'),
];

const ALLOWED: readonly Snippet[] = [
  value('decision/new.ts', './phase'),
  value('rancher/new.ts', 'node-fetch'),
  value('rancher/errors/new.ts', './rancher-error'),
  value('simulator/new.ts', 'ws'),
  value('workflows/new.ts', '@temporalio/workflow'),
  value('workflows/steps/new.ts', '../../decision/phase'),
  type('workflows/steps/new.ts', '../../activities/contract'),
  value('activities/new.ts', '../rancher/json'),
  type('activities/new.ts', '../workflows/contract'),
  value('client/new.ts', '../workflows/contract'),
  value('client/new.ts', '../decision/phase'),
  lazy('client/new.ts', '../worker/config/schema.js'),
  type('client/new.ts', '../simulator/simulator'),
  value('client/cli/commands/new.ts', '../../../worker/config/schema'),
  value('client/demo/new.ts', '../../simulator/simulator'),
  value('worker/new.ts', '../activities/create-activities'),
  value('worker/new.ts', '../workflows/contract'),
  value('worker/new.ts', '../codec/key-ring'),
  value('client/new.ts', '../codec/key-ring'),
  value('client/new.ts', '../credentials/secret-source'),
  value('codec/new.ts', '../credentials/secret-source'),
  value('codec/new.ts', 'node:crypto'),
  value('test/new.test.ts', '../simulator/simulator'),
];

const told = ({ path, code }: Snippet): string => `${path}: ${code.split('\n', 1).join('')}`;

/** A few seconds; a machine that is busy with other tests needs longer. */
const LINTING_MILLIS = 180_000;

describe('imports point one way', () => {
  const rulesOf = new Map<string, readonly string[]>();

  beforeAll(async () => {
    const snippets = [...REFUSED, ...ALLOWED];
    const found = await lint(snippets);
    snippets.forEach((snippet, at) => rulesOf.set(told(snippet), found[at]?.rules ?? ['not linted']));
  }, LINTING_MILLIS);

  test.each(REFUSED.map(told))('refused: %s', (snippet) => {
    expect(rulesOf.get(snippet)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^(@typescript-eslint\/no-restricted-imports|import-x\/no-restricted-paths|no-restricted-syntax)$/,
        ),
      ]),
    );
  });

  test.each(ALLOWED.map(told))('allowed: %s', (snippet) => {
    expect(rulesOf.get(snippet)).toEqual([]);
  });

  test(
    'no comment silences a rule',
    async () => {
      const [result] = await lint([
        {
          path: 'decision/new.ts',
          // The text that the linter is given: these comments are what has to be without effect.
          code: '/* eslint-disable */\nexport const y = (x: any): unknown => x; // eslint-disable-line\n',
        },
      ]);
      expect(result?.rules).toContain('@typescript-eslint/no-explicit-any');
    },
    LINTING_MILLIS,
  );
});

async function lint(snippets: readonly Snippet[]): Promise<readonly { rules: readonly string[] }[]> {
  const printed = await new Promise<string>((done, failed) => {
    const linter = execFile(
      process.execPath,
      [resolve(__dirname, 'lint-snippets.mjs')],
      { cwd: resolve(__dirname, '../..'), maxBuffer: 16 * 1024 * 1024 },
      (error, output, complaints) => {
        if (error === null) done(output);
        else failed(new Error(`the linter failed: ${complaints}`));
      },
    );
    linter.stdin?.end(JSON.stringify(snippets));
  });
  return JSON.parse(printed) as { rules: string[] }[];
}
