import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../simulator/simulator';
import { smallWorld, until, untilState, upgrade } from './rancher-api';

describe('the state file of the simulated Rancher', () => {
  let folder: string;
  const open: Simulator[] = [];
  const start = async (stateFile: string, seed = smallWorld()): Promise<Simulator> => {
    const simulator = await startSimulator({ speed: 40, stateFile, seed });
    open.push(simulator);
    return simulator;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-simulator-'));
  });
  afterEach(async () => {
    for (const simulator of open.splice(0)) await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has an accepted upgrade before it is answered, and a server started on it goes on with that', async () => {
    const file = join(folder, 'state.json');
    const first = await start(file);
    const accepted = await upgrade(first.url, 'docker:example/web:2');
    // What a kill -9 at this moment would leave behind.
    const copy = join(folder, 'killed.json');
    await writeFile(copy, await readFile(file, 'utf8'));
    const second = await start(copy, { keys: [], projects: [] });
    expect(second.world.journal().filter((entry) => entry.action === 'upgrade')).toHaveLength(1);
    const { service, instances } = await untilState(second, 'upgraded');
    expect(service['uuid']).toBe(accepted.body['uuid']);
    expect(service['launchConfig']).toEqual(accepted.body['launchConfig']);
    expect(instances.filter((one) => one['state'] === 'running')).toHaveLength(2);
  });

  it('resumes in the middle of a batch, without a container too many', async () => {
    const file = join(folder, 'state.json');
    const first = await start(file);
    await upgrade(first.url, 'docker:example/web:2');
    await until(
      () => first.world.service('prod', 'shop', 'web').instances.length,
      (count) => count === 3,
    );
    await first.close();
    const second = await start(file);
    const { instances } = await untilState(second, 'upgraded');
    expect(instances.map((one) => one['state']).sort()).toEqual(['running', 'running', 'stopped', 'stopped']);
  });
});
