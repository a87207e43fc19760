import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COMMANDS } from '../../../client/cli/command-table';
import type { CompletedCommand } from '../../../client/completion/completed-command';
import type { Shell } from '../../../client/completion/completed-command';
import { DROVER_MAIN, freshDist } from '../../support/fresh-dist';
import { ROOT } from '../../support/root';

const run = promisify(execFile);
let commands: readonly CompletedCommand[] = [];
const scripts = new Map<Shell, string>();
let folder = '';

/** The table as the compiled command has it, and what it writes. */
beforeAll(async () => {
  await freshDist();
  folder = mkdtempSync(join(tmpdir(), 'drover-completion-'));
  const table = join(ROOT, 'dist', 'client', 'completion', 'completed-command.js');
  const asked = `require(${JSON.stringify(table)}).completedCommands().then((all) => console.log(JSON.stringify(all)))`;
  commands = JSON.parse((await run(process.execPath, ['-e', asked])).stdout) as readonly CompletedCommand[];
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const { stdout, stderr } = await run(process.execPath, [DROVER_MAIN, 'completion', shell]);
    expect(stderr).toBe('');
    scripts.set(shell, stdout);
  }
  writeFileSync(join(folder, 'script'), scriptFor('bash'));
  writeFileSync(join(folder, 'release file.yaml'), '');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scriptFor = (shell: Shell): string => scripts.get(shell) ?? '';

/** What a real bash has to offer for a line that ends at its last character. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `
    source ./script
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
    # The function that bash calls for the command, as it was registered.
    [[ $(complete -p drover) =~ -F\\ ([^ ]+) ]] && "\${BASH_REMATCH[1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '--noprofile', '-c', script, 'bash', ...words];
  const { stdout, stderr } = await run('bash', args, { cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('in a real bash', () => {
  it('every command is offered, and every option of each', async () => {
    const names = Object.keys(COMMANDS);
    expect(await offered('drover', '')).toEqual(expect.arrayContaining([...names, 'help', '--help', '--version']));
    const all = await Promise.all(
      commands.map(async ({ name }) => [name, await offered('drover', name, '-')] as const),
    );
    for (const [name, options] of all) {
      const known = commands.find((one) => one.name === name)?.options.flatMap((option) => option.names) ?? [];
      expect([name, options]).toEqual([name, known]);
    }
  });

  test.each<[string, string[], string[]]>([
    ['a command that was begun', ['drover', 'upg'], ['upgrade']],
    ['an option that was begun', ['drover', 'upgrade', 'prod', 's/w', '--on-int'], ['--on-interrupt']],
    ['what drover versions does', ['drover', 'versions', ''], ['promote', 'move']],
    ['the words of an option', ['drover', 'upgrade', '--on-interrupt', ''], ['detach', 'cancel']],
    ['one that was begun', ['drover', 'upgrade', '--on-pending', 'ro'], ['rollback']],
    ['one after "=", which is a word to bash', ['drover', 'upgrade', '--when-busy', '=', 'q'], ['queue']],
    ['right after "="', ['drover', 'promote', '--order', '='], ['sequence', 'parallel', 'canary']],
    ['files, with a space in the name', ['drover', 'release', '-f', 'rel'], ['release file.yaml']],
    ['nothing where nobody can know', ['drover', 'upgrade', '--image', ''], []],
    ['shells', ['drover', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['commands to be helped with', ['drover', 'help', 'rel'], ['release', 'releases']],
    ['nothing of what is no command', ['drover', 'nonsense', '--'], []],
  ])('%s', async (_case, words, wanted) => {
    expect((await offered(...words)).toSorted()).toEqual(wanted.toSorted());
  });

  it('a help text that bash would run is text', async () => {
    expect(scriptFor('bash')).not.toMatch(/\$GITHUB|`/);
    await run('bash', ['-n', 'script'], { cwd: folder });
  });
});

describe('for zsh and fish', () => {
  it('every command and every option has its line', () => {
    const [zsh, fish] = [scriptFor('zsh'), scriptFor('fish')];
    for (const { name, options } of commands) {
      expect(zsh).toContain(`    ${name})\n`);
      expect(fish).toContain(`-a ${name} -d `);
      for (const option of options.flatMap(({ names }) => names)) {
        expect(zsh).toMatch(new RegExp(`^ +'\\*?${option}[=+]?\\[`, 'm'));
        expect(fish).toMatch(new RegExp(`from ${name}'.* -[ls] ${option.replace(/^-+/, '')} `));
      }
    }
  });

  it('a quote in a help text ends no text of theirs', () => {
    // With what is quoted, and escaped quotes, taken away, no quote is left.
    const left = (script: string, quoted: RegExp): string => script.replaceAll(quoted, '');
    const lines = (script: string): string =>
      script
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n');
    expect(left(lines(scriptFor('zsh')), /'[^']*'|\\'/g)).not.toContain("'");
    expect(left(lines(scriptFor('fish')), /'(?:[^'\\]|\\.)*'/g)).not.toContain("'");
    expect(scriptFor('zsh')).toContain(String.raw`somebody else'\''s unfinished upgrade`);
    expect(scriptFor('fish')).toContain(String.raw`somebody else\'s unfinished upgrade`);
  });
});
