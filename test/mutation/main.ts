import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../support/root';
import type { Mutant } from './mutants';
import { MUTANTS } from './mutants';

const USAGE = 'npm run mutants -- [--only NAME] [--invariant N]';
/** A mutant may make a suite hang: then its own limits, or this one, end it. Milliseconds. */
const LIMIT_MILLIS = 15 * 60_000;

/** Breaks each invariant on purpose, in a copy of the checkout, and sees a suite fail. */
async function main(): Promise<number> {
  const mutants = chosen();
  if (mutants === null) return 2;
  const folder = mkdtempSync(join(tmpdir(), 'drover-mutants-'));
  try {
    copyCheckout(folder);
    let survived = 0;
    for (const mutant of mutants) if (!(await isCaught(folder, mutant))) survived += 1;
    process.stdout.write(`${mutants.length - survived} passed, ${survived} failed\n`);
    return survived === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function chosen(): readonly Mutant[] | null {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, invariant: { type: 'string' } } });
    const found = MUTANTS.filter(
      ({ name, invariant }) =>
        (values.only === undefined || name === values.only) &&
        (values.invariant === undefined || String(invariant) === values.invariant),
    );
    if (found.length > 0) return found;
    const names = MUTANTS.map(({ name }) => name).join(', ');
    process.stderr.write(`There is no such mutant. There are: ${names}.\n${USAGE}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  }
  return null;
}

/** What git knows and what is not committed yet; the packages are linked, their cache (which holds a bundle) is not shared. */
function copyCheckout(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' });
  } catch {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  }
  rmSync(join(to, '.cache'), { recursive: true, force: true });
}

async function isCaught(folder: string, mutant: Mutant): Promise<boolean> {
  const file = join(folder, mutant.file);
  const whole = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    whole.replace(mutant.from, () => mutant.to),
  );
  const started = Date.now();
  const { code, output } = await run(folder, mutant.caughtBy);
  writeFileSync(file, whole);
  const took = Math.round((Date.now() - started) / 1000);
  const failures = failuresIn(output);
  // A suite that breaks off says nothing about the mutant: a failure has to be named.
  const isTold = code !== 0 && failures.length > 0;
  process.stdout.write(
    `${isTold ? 'caught  ' : 'SURVIVED'} invariant ${mutant.invariant}, ${mutant.name}: ${mutant.breaks} (${mutant.file}; ${took} s)\n`,
  );
  const told = code === 0 ? [] : output.trimEnd().split('\n').slice(-5);
  for (const line of isTold ? failures : [`    ${mutant.caughtBy.join(' ')}`, ...told])
    process.stdout.write(`${line}\n`);
  return isTold;
}

function run(folder: string, [command = '', ...args]: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MILLIS });
    const take = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The first few failures by name: jest's, or a suite's own. */
function failuresIn(output: string): string[] {
  const names = output
    .split('\n')
    .filter((line) => /^ {2}● (?!Console|Test suite failed)|^FAILED |^counter-example/.test(line));
  return [...new Set(names)].slice(0, 3).map((line) => `    ${line.trim()}`);
}

void main().then((code) => {
  process.exitCode = code;
});
