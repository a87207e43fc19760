import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demoSeed } from './demo-seed';
import { startSimulator } from './simulator';
import type { WorldSeed } from './world-seed';

const HELP = `Usage: node dist/simulator/main.js [options]

A simulated Rancher 1.6 server: prints {"url": …} on a line when it is ready, and runs until SIGTERM or Ctrl-C.

Options:
  --host ADDRESS       where it listens; default 127.0.0.1
  --port N             its port; default 0, one that is free
  --speed N            so many times as fast as the recorded server; default 1
  --seed FILE.json     what it starts with: keys, projects with stacks and services, behaviours of images; relative to the current
                       folder. The form is WorldSeed in simulator/world-seed.ts. Default: the world of "drover demo", whose keys are
                       ${demoSeed()
                         .keys.map(({ accessKey, secretKey, role }) => `${accessKey} / ${secretKey} (${role})`)
                         .join('\n                       ')}
  --state-file FILE    keeps its state there, and goes on from it where it is there: the seed counts for nothing then
  --random-seed N      for what it chooses by chance; default 1
  -h, --help           prints this
`;

/** What `HELP` says. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      speed: { type: 'string' },
      'state-file': { type: 'string' },
      seed: { type: 'string' },
      'random-seed': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const number = (name: string, text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number`);
    return value;
  };
  const seed = values.seed === undefined ? demoSeed() : readSeed(values.seed);
  const simulator = await startSimulator({
    seed,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.port === undefined ? {} : { port: number('port', values.port) }),
    ...(values.speed === undefined ? {} : { speed: number('speed', values.speed) }),
    ...(values['state-file'] === undefined ? {} : { stateFile: values['state-file'] }),
    ...(values['random-seed'] === undefined ? {} : { randomSeed: number('random-seed', values['random-seed']) }),
  });
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  const end = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

function readSeed(file: string): WorldSeed {
  const path = resolve(file);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as WorldSeed;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.message : String(error);
    throw new Error(`--seed: ${path} cannot be read: ${why}; leave it out for the world of the demo, or see --help`, {
      cause: error,
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
