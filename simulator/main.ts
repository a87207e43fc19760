import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { demoSeed } from './demo-seed';
import { startSimulator } from './simulator';
import type { WorldSeed } from './world-seed';

/** `node dist/simulator/main.js --port N --speed N --state-file FILE --seed FILE.json --random-seed N`; without a seed, the demo's. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      speed: { type: 'string' },
      'state-file': { type: 'string' },
      seed: { type: 'string' },
      'random-seed': { type: 'string' },
    },
  });
  const number = (name: string, text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number`);
    return value;
  };
  const seed = values.seed === undefined ? demoSeed() : (JSON.parse(readFileSync(values.seed, 'utf8')) as WorldSeed);
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

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
