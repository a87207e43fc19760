import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES, performancePage } from '../../bench/page/page';
import { readPerformance } from '../../bench/performance-file';
import { ROOT } from '../support/root';

describe('docs/performance.md', () => {
  const made = performancePage(readPerformance(join(ROOT, 'docs', 'performance.json')));
  const there = (file: string): string | null =>
    existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : null;

  test('shows something', () => {
    expect(made.length).toBeGreaterThan(1);
  });

  test.each(made)('$file is what docs/performance.json says (npm run bench:page writes it)', ({ file, content }) => {
    expect(there(file)).toBe(content);
  });

  test('there are no charts but its own', () => {
    const [folder = '', prefix = ''] = IMAGES.split('/');
    const charts = readdirSync(join(ROOT, 'docs', folder)).filter((name) => name.startsWith(prefix));
    expect(charts.map((name) => `docs/${folder}/${name}`).sort()).toEqual(
      made
        .map(({ file }) => file)
        .filter((file) => file.endsWith('.svg'))
        .sort(),
    );
  });
});
