import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipelineSchema } from '../../client/input/pipeline/pipeline-schema';
import { releaseSchema } from '../../client/input/release/release-schema';
import { commandReference } from './commands';
import { mismatches } from './drover-yaml';
import { keysOf } from './schema-keys';
import type { DocumentedTable } from './tables';
import { TABLES } from './tables';

const ROOT = resolve(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Where a table stands in its document. */
function placeOf(text: string, { file, name }: DocumentedTable): [from: number, to: number] {
  const open = `<!-- ${name} -->`;
  const [from, to] = [text.indexOf(open) + open.length, text.indexOf(`<!-- /${name} -->`)];
  if (from < open.length || to < from) throw new Error(`${file} has no place for the table ${name}: ${open} …`);
  return [from, to];
}

/** A table's cells, without the padding that the formatter gives them. */
const cellsOf = (table: string): string[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s*\|\s*/g, '|').replace(/-{3,}/g, '---'));

/** Holds a generated part of a document to the code that it describes; `npm run docs` writes it instead. */
function holdOrWrite(part: DocumentedTable): void {
  const text = read(part.file);
  const [from, to] = placeOf(text, part);
  const expected = part.lines.join('\n');
  if (process.env['DROVER_WRITE_DOCS'] === '1')
    writeFileSync(join(ROOT, part.file), `${text.slice(0, from)}\n\n${expected}\n\n${text.slice(to)}`);
  else expect(cellsOf(text.slice(from, to))).toEqual(cellsOf(expected));
}

describe('the documents', () => {
  test.each(TABLES)('$file: the table "$name" is what the code says (npm run docs writes it)', holdOrWrite);

  test('docs/commands.md: what each command says of itself (npm run docs writes it)', async () => {
    holdOrWrite({ file: 'docs/commands.md', name: 'commands', lines: await commandReference() });
  });

  test('docs/drover-yaml.md: every key has a meaning, and every meaning a key', () => {
    expect(mismatches()).toEqual([]);
  });

  test.each([
    ['release', releaseSchema],
    ['pipeline', pipelineSchema],
  ])('docs/input-files.md: every key of a %s is there', (_, schema) => {
    const text = read('docs/input-files.md');
    const names = keysOf(schema).map(({ path }) => path.split('.').at(-1) ?? '');
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => name !== 'NAME' && !text.includes(`\`${name}\``))).toEqual([]);
  });

  const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('docs')];
  test.each(documents)('%s: links to files lead somewhere', (file) => {
    const targets = [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, target]) => target ?? '');
    const dead = targets.filter((target) => !existsSync(resolve(ROOT, dirname(file), target)));
    expect(dead).toEqual([]);
  });
});

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}
