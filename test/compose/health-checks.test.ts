import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { COMPOSE_TEXT, renderComposeFile } from './compose-file';
import { parseDockerfile, said } from './dockerfile';

const worker = renderComposeFile(COMPOSE_TEXT, {}).services.worker;

/** Where the address of what answers goes. */
const PLACE = '@@';

describe('whether the worker is well is asked', () => {
  const [, , , script = ''] = worker?.healthcheck?.test ?? [];
  const image = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).stages.at(-1);
  const [check = ''] = image === undefined ? [] : said(image, 'HEALTHCHECK');
  const [, command = ''] = /CMD (.+)$/.exec(check) ?? [];
  const address = worker?.environment['DROVER_HEALTH_ADDRESS'] ?? '';
  /** What answers, as a process of its own: the checks are waited for. */
  const answering = (path: string, status: number): string =>
    `require('node:http').createServer((request, response) => {
       response.writeHead(request.url === '${path}' ? ${status} : 404).end();
     }).listen(0, '127.0.0.1', function () { check('127.0.0.1:' + this.address().port); });`;
  const exitCode = (answers: string, check: (address: string) => readonly string[]): number | null => {
    const [file, ...args] = check(PLACE);
    const program = `function check(address) {
      const args = ${JSON.stringify(args)}.map((one) => one.replace('${PLACE}', address));
      const env = { ...process.env, DROVER_HEALTH_ADDRESS: address };
      require('node:child_process').spawn(${JSON.stringify(file)}, args, { env }).on('exit', (code) => process.exit(code));
    } ${answers}`;
    return spawnSync(process.execPath, ['-e', program], { timeout: 30_000 }).status;
  };
  const byCompose = (where: string): string[] => [process.execPath, '-e', script.replace(address, where)];
  const byImage = (): string[] => ['sh', '-c', command];

  test.each([
    ['/readyz', 200, 0],
    ['/readyz', 503, 1],
    ['/healthz', 200, 1],
  ])('by docker-compose.yml: %s answers %d', (path, status, expected) => {
    expect(script).toContain(`http://${address}/readyz`);
    expect(exitCode(answering(path, status), byCompose)).toBe(expected);
  });

  test.each([
    ['/healthz', 200, 0],
    ['/healthz', 503, 1],
    ['/readyz', 200, 1],
  ])('by the image: %s answers %d', (path, status, expected) => {
    expect(exitCode(answering(path, status), byImage)).toBe(expected);
  });

  test('where nothing listens, it is not; where nobody said where, nothing is asked', () => {
    expect(exitCode(`check('127.0.0.1:9')`, byCompose)).toBe(1);
    expect(exitCode(`check('127.0.0.1:9')`, byImage)).toBe(1);
    expect(exitCode(`check('')`, byImage)).toBe(0);
  });
});
