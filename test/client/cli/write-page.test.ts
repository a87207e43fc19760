import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireWritablePath, writePage } from '../../../client/cli/write-page';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'drover-page-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (path: string): string => {
  try {
    requireWritablePath('--html', path);
    writePage('--html', path, 'new');
  } catch (error) {
    return String(error);
  }
  return 'written';
};

describe('a page', () => {
  it('is written whole, in the place of what was there, and leaves nothing beside it', () => {
    const path = join(folder, 'report.html');
    expect(refusal(path)).toBe('written');
    writeFileSync(path, 'an old one, which is longer');
    expect(refusal(path)).toBe('written');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it.each<[string, () => string, RegExp]>([
    ['a folder', () => folder, /--html: ".*" is a folder/],
    ['a folder that is not there', () => join(folder, 'no', 'report.html'), /--html: there is no folder ".*no"/],
    ['below a file', () => join(folder, 'file', 'report.html'), /--html: .* cannot be reached \(ENOTDIR\)/],
    ['nothing', () => '', /--html: it is empty/],
    ['a device', () => '/dev/null', /--html: "\/dev\/null" is no ordinary file/],
    ['a link in a circle', () => join(folder, 'circle'), /--html: ".*circle" cannot be (reached|written) \(E/],
    ['what is no path', () => join(folder, 'a\0b'), /--html: .* cannot be reached \(ERR_INVALID_ARG_VALUE\)/],
    [
      'a name that is too long',
      () => join(folder, 'x'.repeat(300)),
      /--html: .* cannot be (reached|written) \(ENAMETOOLONG\)/,
    ],
  ])('is not written to %s, with the reason', (_title, path, words) => {
    writeFileSync(join(folder, 'file'), 'a file');
    symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
    expect(refusal(path())).toMatch(words);
    expect(readdirSync(folder).sort()).toEqual(['circle', 'file']);
  });

  it('is not written where the folder may not be written to; who may write everywhere writes', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    const isRoot = process.getuid?.() === 0;
    expect(refusal(join(closed, 'report.html'))).toMatch(isRoot ? /^written$/ : /cannot be written \(EACCES\)/);
    chmodSync(closed, 0o700);
  });
});
