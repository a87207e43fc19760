import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
/** What the demo and the simulator hand to processes of their own. */
const INTERNAL = /^DROVER_(DEMO|SIMULATOR)_/;

test('every environment variable of Drover, and of Rancher, that the client reads is in the reference', () => {
  const sources = readdirSync(join(ROOT, 'client'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'client', name), 'utf8'));
  const read = new Set(sources.flatMap((text) => text.match(/(?<=')(?:RANCHER|DROVER)_[A-Z_]+(?=')/g) ?? []));
  expect(read.size).toBeGreaterThan(5);
  const reference = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');
  const missing = [...read].filter((name) => !INTERNAL.test(name) && !reference.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
