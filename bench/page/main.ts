import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../test/support/root';
import { readPerformance } from '../performance-file';
import { IMAGES, performancePage } from './page';

const made = performancePage(readPerformance(join(ROOT, 'docs', 'performance.json')));
const names = new Set(made.map(({ file }) => file));
for (const { file, content } of made) {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), content);
  process.stdout.write(`${file}\n`);
}
const [folder, prefix = ''] = [dirname(IMAGES), IMAGES.split('/').at(-1)];
for (const name of readdirSync(join(ROOT, 'docs', folder))) {
  if (name.startsWith(prefix) && !names.has(`docs/${folder}/${name}`)) rmSync(join(ROOT, 'docs', folder, name));
}
