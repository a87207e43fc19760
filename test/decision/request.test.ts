import type { DeploymentRequest } from '../../decision/request';
import { askedConfigs } from '../../decision/request';
import { PRIMARY } from '../../decision/service-snapshot';

const request = (changes: Partial<DeploymentRequest>): DeploymentRequest => ({
  requestId: 'build-1',
  deploymentId: 'd-1',
  environment: 'prod',
  stack: 'storefront',
  service: 'web',
  sidekicks: {},
  variables: {},
  labels: {},
  redeploy: false,
  hold: false,
  overrides: {},
  author: { by: 'jane@host' },
  ...changes,
});

describe('the configurations that a request names', () => {
  test.each<[string, Partial<DeploymentRequest>, string[]]>([
    ['an image', { image: 'example/web:2' }, [PRIMARY]],
    ['a variable', { variables: { MODE: 'mode' } }, [PRIMARY]],
    ['a label', { labels: { team: 'shop' } }, [PRIMARY]],
    ['sidekicks only', { sidekicks: { logs: 'example/logs:2', data: 'example/data:2' } }, ['logs', 'data']],
    ['both', { image: 'example/web:2', sidekicks: { logs: 'example/logs:2' } }, [PRIMARY, 'logs']],
    ['a label and a sidekick', { labels: { team: 'shop' }, sidekicks: { logs: 'example/logs:2' } }, [PRIMARY, 'logs']],
    // The same images once more (`redeploy`): the primary's.
    ['nothing', {}, [PRIMARY]],
  ])('%s', (_what, changes, expected) => {
    expect(askedConfigs(request(changes))).toEqual(expected);
  });
});
