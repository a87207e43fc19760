import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { aService, startServer } from '../rancher/local-server';
import type { LocalServer } from '../rancher/local-server';
import { freshDist } from '../support/fresh-dist';
import { ROOT } from '../support/root';
import { StartedProcess } from '../support/started-process';

const MIB = 1024 * 1024;
/** The documented bound of a body, and how many times of it may be in memory at once: pieces, the whole, its text, what is made of it. */
const BODY = 32 * MIB;
const FACTOR = 16;

/** Sends a piece so many times, no faster than it is taken. */
function pour(response: ServerResponse, piece: string | Buffer, times: number, last = ''): void {
  let left = times;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    if (!response.destroyed) response.end(last);
  };
  more();
}

const WITHOUT_END = JSON.stringify(aService()).slice(0, -1);
const json = (response: ServerResponse, headers: Record<string, string | number> = {}): ServerResponse =>
  response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
const REPLIES: Readonly<Record<string, { end: string; answer: (response: ServerResponse) => void }>> = {
  // The first makes the client warm: what it takes is what any client takes.
  usual: { end: 'read', answer: (response) => json(response).end(`${WITHOUT_END}}`) },
  'length-100-mb': {
    end: 'not-rancher',
    answer: (response) => pour(json(response, { 'Content-Length': 100 * MIB }), ' '.repeat(MIB), 100),
  },
  'chunked-100-mb': { end: 'not-rancher', answer: (response) => pour(json(response), ' '.repeat(MIB), 100) },
  'gzip-bomb-1-gb': {
    end: 'not-rancher',
    answer: (response) => pour(json(response, { 'Content-Encoding': 'gzip' }), gzipSync(Buffer.alloc(20 * MIB)), 50),
  },
  'error-page-30-mb': {
    end: 'server-trouble',
    answer: (response) => pour(response.writeHead(502, { 'Content-Type': 'text/html' }), '<title>'.repeat(MIB / 8), 30),
  },
  'text-30-mb': {
    end: 'read',
    answer: (response) => {
      json(response).write(`${WITHOUT_END},"x":"`);
      pour(response, 'x'.repeat(MIB), 30, '"}');
    },
  },
  'values-30-mb': {
    end: 'not-rancher',
    answer: (response) => {
      json(response).write(`${WITHOUT_END},"x":[0`);
      pour(response, ',{}'.repeat(MIB / 3), 30, ']}');
    },
  },
  'variables-12-mb': {
    end: 'read',
    answer: (response) => {
      json(response).write(`${WITHOUT_END},"metadata":[0`);
      pour(response, ',"abcdefghi"'.repeat(MIB / 12), 12, ']}');
    },
  },
};

/** Reads a service once for each path, with the product's client; says how it ended and how much memory it had at most. */
const CHILD = `
const { RancherClient } = require(process.argv[3]);
const { configuredValues } = require(process.argv[4]);
const url = process.argv[2];
let peak = 0;
const sample = () => { peak = Math.max(peak, process.memoryUsage().rss); };
setInterval(sample, 5).unref();
(async () => {
  for (const name of process.argv.slice(5)) {
    const client = new RancherClient({ url: url + '/' + name, accessKey: 'a', secretKey: 's', requestTimeoutMillis: 60000 });
    let end = 'read';
    try { const found = configuredValues(await client.getService('1a5', '1s2')).length; if (found > 20001) end = 'too many'; }
    catch (error) { end = error.outcome || String(error); }
    sample();
    client.close();
    console.log(JSON.stringify({ name, end, peak }));
  }
})();
`;

let folder: string;
let server: LocalServer;
beforeAll(async () => {
  await freshDist();
  folder = mkdtempSync(join(tmpdir(), 'drover-memory-'));
  writeFileSync(join(folder, 'child.js'), CHILD);
  server = await startServer((request, response) => {
    REPLIES[(request.url ?? '').split('/')[1] ?? '']?.answer(response);
  });
}, 120_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('whatever is poured into it, the client holds no more than a few times its bound', async () => {
  const modules = ['rancher-client.js', 'configured-values.js'].map((name) => join(ROOT, 'dist', 'rancher', name));
  const args = [server.url, ...modules, ...Object.keys(REPLIES)];
  const child = new StartedProcess('the client', join(folder, 'child.js'), args, { cwd: folder, env: {} });
  const { code, stdout, stderr } = await child.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const said = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; end: string; peak: number });
  expect(said.map(({ name, end }) => [name, end])).toEqual(
    Object.entries(REPLIES).map(([name, { end }]) => [name, end]),
  );
  const [first, ...others] = said.map(({ peak }) => peak);
  const most = Math.max(...others) - (first ?? 0);
  expect(most).toBeGreaterThan(BODY / 2);
  expect(most).toBeLessThan(FACTOR * BODY);
}, 120_000);
