import { deploymentIdOf, installationOf, labelSeenBy, labelWithInstallation } from '../../decision/deployment-label';

test.each([
  ['d1.1', 'd1', null],
  ['d1.12@here', 'd1', 'here'],
  ['d1.1@a@b', 'd1', 'a@b'],
  ['by hand', 'by hand', null],
])('%s names the deployment %s and the installation %s', (label, deploymentId, installation) => {
  expect(deploymentIdOf(label)).toBe(deploymentId);
  expect(installationOf(label)).toBe(installation);
});

test('what is posted names the installation, where it is known', () => {
  expect(labelWithInstallation('d1.1', 'here')).toBe('d1.1@here');
  expect(labelWithInstallation('d1.1', undefined)).toBe('d1.1');
});

test('an installation sees its own labels as it posted them, and those of others whole: the same request makes the same id there', () => {
  expect(labelSeenBy('here', 'd1.1@here')).toBe('d1.1');
  expect(labelSeenBy('here', 'd1.1@there')).toBe('d1.1@there');
  expect(labelSeenBy('here', 'd1.1')).toBe('d1.1');
  expect(labelSeenBy(undefined, 'd1.1@there')).toBe('d1.1@there');
});
