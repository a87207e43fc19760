import type { WorldSeed } from '../../simulator/world-seed';
import { Rig } from '../support/rig';

const seed: WorldSeed = {
  keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
  projects: [
    {
      name: 'Production',
      stacks: [
        {
          name: 'storefront',
          services: [
            { name: 'web', scale: 2, launchConfig: { imageUuid: 'docker:example/web:1', environment: { A: 'one' } } },
          ],
        },
      ],
    },
  ],
};

describe('an upgrade that nothing disturbs', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ seed });
  });
  afterAll(() => rig.close());

  test('succeeds, with one upgrade and one finish', async () => {
    const result = await rig.deploy({ stack: 'storefront', service: 'web', image: 'example/web:2' });
    expect(result).toMatchObject({ verdict: 'succeeded', state: 'active', rounds: 1 });
    expect(rig.actions('web')).toEqual(['upgrade', 'finishupgrade']);
  });
});
