import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { prepareTools } from '../../test/support/prepare-tools';
import { inFlight } from './in-flight';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      n: { type: 'string', default: '10' },
      rate: { type: 'string', default: '5' },
      out: { type: 'string' },
      cache: { type: 'string' },
      file: { type: 'boolean', default: false },
    },
  });
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  await prepareTools(say);
  const figures = await inFlight({
    deployments: Number(values.n),
    perSecond: Number(values.rate),
    onLine: say,
    temporalOnFile: values.file,
    ...(values.cache === undefined ? {} : { workerYaml: { maxCachedWorkflows: values.cache } }),
  });
  const { workerMemory, ...rest } = figures;
  say(JSON.stringify(rest, null, 1));
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(figures, null, 1));
  void workerMemory;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
